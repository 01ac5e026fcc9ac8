import type { Ports } from '../domain/ports.js';
import { type DailySettings, dueDay, newestDoneDay, WAKE_EVERY_MINUTES } from './daily.js';
import type { Pause, PauseStore } from './pause.js';

const STEP_MS = WAKE_EVERY_MINUTES * 60_000;

/** Two days and the hours that clocks may be put back. */
const MAX_LOOKAHEAD_MS = 51 * 3_600_000;

/**
 * When the next scheduled run is due.
 * @param doneDay - the newest day (YYYY-MM-DD) that has had its run or is not to have one; null if there is none
 * @param from - not before: the end of a pause
 * @returns `from` itself where a day is due then already
 */
export function nextRunAt(from: Date, daily: Pick<DailySettings, 'hour' | 'timeZone'>, doneDay: string | null): Date {
	const isDue = (at: Date) => doneDay === null || dueDay(at, daily) > doneDay;
	if (isDue(from)) return from;
	const first = Math.floor(from.getTime() / STEP_MS) * STEP_MS;
	for (let at = first + STEP_MS; at <= first + MAX_LOOKAHEAD_MS; at += STEP_MS) if (isDue(new Date(at))) return new Date(at);
	throw new RangeError(`No day is due within two days after ${from.toISOString()}`);
}

/** When the next scheduled run is due; null while the schedule rests without an end. */
export async function nextRun(
	ports: Pick<Ports, 'ledger'>,
	pauses: Pick<PauseStore, 'lastPauseEnd'>,
	daily: DailySettings,
	pause: Pause | null,
	now: Date
): Promise<Date | null> {
	if (daily.paused || (pause !== null && pause.until === null)) return null;
	// What falls due during the pause is not run afterwards: it counts as done at its end.
	const from = pause?.until ?? now;
	return nextRunAt(from, daily, await newestDoneDay(ports, daily, pause === null ? pauses : { lastPauseEnd: async () => from }, now));
}
