import type { Ports } from '../domain/ports.js';
import type { ReconciliationResult, RunSettings } from '../domain/run.js';
import { RunInProgressError, runReconciliation } from '../runs/run.js';
import type { PauseStore } from './pause.js';
/**
 * How often the schedule asks whether the daily run is due, counted from the full hour in UTC.
 *
 * Not once a day, nor at every full hour of the time zone: the libraries that wake us have ideas of their own about hours that
 * the clocks skip or repeat (node-cron leaves out a skipped one, and both wake half an hour late where the clocks move by half an
 * hour). In UTC there is nothing to skip, and the offset of every zone is a multiple of a quarter of an hour: a wake-up at every
 * quarter meets the full hours of all of them. It costs a few small queries.
 */
export const WAKE_EVERY_MINUTES = 15;

/** When the daily run is due, and in whose time. */
export interface DailySettings {
	/** 0–23, in the time zone. */
	readonly hour: number;
	/** An IANA time zone. */
	readonly timeZone: string;
	readonly paused: boolean;
}

/**
 * The newest day (YYYY-MM-DD in the time zone) whose run is due at that moment: today from the hour on, yesterday before it.
 * An hour that the clocks skip is due at the next one that exists; one that they repeat is due at its first.
 */
export function dueDay(now: Date, { hour, timeZone }: Pick<DailySettings, 'hour' | 'timeZone'>): string {
	const parts = formatterFor(timeZone).formatToParts(now);
	const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((candidate) => candidate.type === type)?.value);
	const date = new Date(Date.UTC(part('year'), part('month') - 1, part('day')));
	if (part('hour') < hour) date.setUTCDate(date.getUTCDate() - 1);
	return date.toISOString().slice(0, 10);
}

/** To make one takes far longer than to read it, and the next run is looked for at every quarter of an hour. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
	const known = formatters.get(timeZone);
	if (known !== undefined) return known;
	const clock = new Intl.DateTimeFormat('en-CA', {
		timeZone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		hourCycle: 'h23'
	});
	formatters.set(timeZone, clock);
	return clock;
}

/** What the schedule asks of the database, beside the ledger. */
type Pauses = Pick<PauseStore, 'currentPause' | 'lastPauseEnd'>;

/**
 * Runs the scheduled reconciliation if its day is due and has not been run, however often it is asked: a wake-up too many
 * does nothing, a day slept through is caught up once.
 * @returns null if nothing was due, or the schedule is paused, or a run is under way (the next wake-up looks again)
 */
export async function runDailyIfDue(
	ports: Ports,
	settings: RunSettings,
	daily: DailySettings,
	pauses: Pauses
): Promise<ReconciliationResult | null> {
	const now = ports.now();
	const resting = async () => (await pauses.currentPause(ports.now())) !== null;
	if (daily.paused || (await resting())) return null;
	const day = dueDay(now, daily);
	if (day <= (await newestDoneDay(ports, daily, pauses, now))) return null;
	try {
		return await runReconciliation(ports, settings, {
			triggeredBy: 'scheduled',
			scheduledDay: day,
			// Whoever pauses the schedule while its run is under way wants it to stop.
			mayFix: async () => !(await resting())
		});
	} catch (error) {
		if (error instanceof RunInProgressError) return null;
		throw error;
	}
}

/**
 * The newest day (YYYY-MM-DD) that has had its run or is not to have one. Days before Reeve was installed are not slept through,
 * nor are those that fell due during a pause: whoever resumes did not ask for a run at that very moment.
 */
export async function newestDoneDay(
	{ ledger }: Pick<Ports, 'ledger'>,
	daily: Pick<DailySettings, 'hour' | 'timeZone'>,
	pauses: Pick<Pauses, 'lastPauseEnd'>,
	now: Date
): Promise<string> {
	const floors = [dueDay(await ledger.installedAt(now), daily)];
	const resumed = await pauses.lastPauseEnd(now);
	if (resumed !== null) floors.push(dueDay(resumed, daily));
	const last = await ledger.lastScheduledDay();
	if (last !== null) floors.push(last);
	return floors.reduce((newest, day) => (day > newest ? day : newest));
}
