import type { RunStore } from '../domain/ports.js';
import { type DailySettings, dueDay, newestDoneDay, WAKE_EVERY_MINUTES } from './daily.js';
import type { Pause, PauseStore } from './pause.js';

const STEP_MS = WAKE_EVERY_MINUTES * 60_000;

/** Two days plus the hours by which clocks may be set back. */
const MAX_LOOKAHEAD_MS = 51 * 3_600_000;

/**
 * The first time at or after `from` at which a scheduled run is due.
 * @param from - now, or the end of a pause
 * @param doneDay - the newest day (YYYY-MM-DD) that has had its run or gets none; null if there is none
 */
export function nextRunAt(from: Date, daily: Pick<DailySettings, 'hour' | 'timeZone'>, doneDay: string | null): Date {
	const isDue = (at: Date) => doneDay === null || dueDay(at, daily) > doneDay;
	if (isDue(from)) return from;
	const first = Math.floor(from.getTime() / STEP_MS) * STEP_MS;
	for (let at = first + STEP_MS; at <= first + MAX_LOOKAHEAD_MS; at += STEP_MS) if (isDue(new Date(at))) return new Date(at);
	throw new RangeError(`No day is due within two days after ${from.toISOString()}`);
}

/** When the next scheduled run is due; null while the schedule is paused without an end. */
export async function nextRun(
	ports: { readonly ledger: RunStore },
	pauses: Pick<PauseStore, 'lastPauseEnd'>,
	daily: DailySettings,
	pause: Pause | null,
	now: Date
): Promise<Date | null> {
	if (daily.paused || (pause !== null && pause.until === null)) return null;
	// Days that fall due during the pause count as done when it ends.
	const from = pause?.until ?? now;
	return nextRunAt(from, daily, await newestDoneDay(ports, daily, pause === null ? pauses : { lastPauseEnd: async () => from }, now));
}
