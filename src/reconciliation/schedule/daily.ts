import type { Ports, RunStore } from '../domain/ports.js';
import type { ReconciliationResult, RunSettings } from '../domain/run.js';
import { RunInProgressError, runReconciliation } from '../runs/run.js';
import type { PauseStore } from './pause.js';

/**
 * How often the schedule checks whether the daily run is due, counted from the full hour in UTC.
 *
 * Not at a fixed hour of the time zone: schedulers handle hours that daylight saving skips or repeats in different ways (node-cron omits
 * a skipped one, and both drivers wake half an hour late where clocks change by half an hour). UTC skips nothing, and every zone's
 * offset is a multiple of 15 minutes, so a wake-up every quarter hits the full hours of all zones. Each costs a few small queries.
 */
export const WAKE_EVERY_MINUTES = 15;

/** Between the zones with the earliest and the latest date lie 26 hours. */
const MAX_AHEAD_MS = 2 * 86_400_000;

/** When the daily run is due. */
export interface DailySettings {
	/** 0–23, in the time zone. */
	readonly hour: number;
	/** An IANA time zone. */
	readonly timeZone: string;
	readonly paused: boolean;
}

/**
 * The newest day (YYYY-MM-DD in the time zone) whose run is due: today from the hour on, yesterday before it. An hour that daylight
 * saving skips is due at the next one that exists, a repeated hour at its first occurrence.
 */
export function dueDay(now: Date, { hour, timeZone }: Pick<DailySettings, 'hour' | 'timeZone'>): string {
	const parts = formatterFor(timeZone).formatToParts(now);
	const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.find((candidate) => candidate.type === type)?.value);
	const date = new Date(Date.UTC(part('year'), part('month') - 1, part('day')));
	if (part('hour') < hour) date.setUTCDate(date.getUTCDate() - 1);
	return date.toISOString().slice(0, 10);
}

/** Cached: creating a formatter is slow, and finding the next run formats every quarter of an hour. */
const formatters = new Map<string, Intl.DateTimeFormat>();

function formatterFor(timeZone: string): Intl.DateTimeFormat {
	const cached = formatters.get(timeZone);
	if (cached !== undefined) return cached;
	const formatter = new Intl.DateTimeFormat('en-CA', {
		timeZone,
		year: 'numeric',
		month: '2-digit',
		day: '2-digit',
		hour: '2-digit',
		hourCycle: 'h23'
	});
	formatters.set(timeZone, formatter);
	return formatter;
}

type Pauses = Pick<PauseStore, 'currentPause' | 'lastPauseEnd'>;

/**
 * Runs the scheduled reconciliation if its day is due and has not been run. Idempotent: an extra wake-up does nothing, and missed days
 * are caught up with one run.
 * @returns null if nothing is due, the schedule is paused, or a run is in progress (the next wake-up tries again)
 */
export async function runDailyIfDue(
	ports: Ports,
	settings: RunSettings,
	daily: DailySettings,
	pauses: Pauses
): Promise<ReconciliationResult | null> {
	const now = ports.now();
	const isPaused = async () => (await pauses.currentPause(ports.now())) !== null;
	if (daily.paused || (await isPaused())) return null;
	const day = dueDay(now, daily);
	if (day <= (await newestDoneDay(ports, daily, pauses, now))) return null;
	try {
		return await runReconciliation(ports, settings, {
			triggeredBy: 'scheduled',
			scheduledDay: day,
			// Pausing the schedule during its run stops the fixes.
			mayFix: async () => !(await isPaused())
		});
	} catch (error) {
		if (error instanceof RunInProgressError) return null;
		throw error;
	}
}

/**
 * The newest day (YYYY-MM-DD) that has had its run or gets none. Days before the installation are not caught up, nor are days that fell
 * due during a pause: resuming must not start a run at once. Days further ahead than a change of the time zone explains come from a clock
 * that was wrong, and do not count: no run would start until they have passed.
 */
export async function newestDoneDay(
	{ ledger }: { readonly ledger: RunStore },
	daily: Pick<DailySettings, 'hour' | 'timeZone'>,
	pauses: Pick<Pauses, 'lastPauseEnd'>,
	now: Date
): Promise<string> {
	const latest = dueDay(new Date(now.getTime() + MAX_AHEAD_MS), daily);
	const floors = [dueDay(await ledger.installedAt(now), daily)].filter((day) => day <= latest);
	const resumed = await pauses.lastPauseEnd(now);
	if (resumed !== null) floors.push(dueDay(resumed, daily));
	const last = await ledger.lastScheduledDay(latest);
	if (last !== null) floors.push(last);
	return floors.reduce((newest, day) => (day > newest ? day : newest), '');
}
