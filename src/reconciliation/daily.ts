import type { World } from './ports.js';
import { RunInProgressError, runReconciliation } from './run.js';
import type { ReconciliationResult, RunSettings } from './types.js';

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
	const parts = new Intl.DateTimeFormat('en-CA', {
		timeZone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		hourCycle: 'h23'
	}).formatToParts(now);
	const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((candidate) => candidate.type === type)?.value);
	const date = new Date(Date.UTC(part('year'), part('month') - 1, part('day')));
	if (part('hour') < hour) date.setUTCDate(date.getUTCDate() - 1);
	return date.toISOString().slice(0, 10);
}

/**
 * Runs the scheduled reconciliation if its day is due and has not been run, however often it is asked: a wake-up too many
 * does nothing, a day slept through is caught up once. Days before Reeve was installed are not slept through.
 * @returns null if nothing was due, or the schedule is paused, or a run is under way (the next wake-up looks again)
 */
export async function runIfDue(world: World, settings: RunSettings, daily: DailySettings): Promise<ReconciliationResult | null> {
	if (daily.paused) return null;
	const now = world.now();
	const day = dueDay(now, daily);
	const installed = dueDay(await world.ledger.installedAt(now), daily);
	const last = await world.ledger.lastScheduledDay();
	if (day <= installed || (last !== null && day <= last)) return null;
	try {
		return await runReconciliation(world, settings, { triggeredBy: 'scheduled', scheduledDay: day });
	} catch (error) {
		if (error instanceof RunInProgressError) return null;
		throw error;
	}
}
