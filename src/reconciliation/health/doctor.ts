import { probe } from '../../async/probe.js';
import { lateSince } from '../changes/late-since.js';
import type { ChangeStatus } from '../changes/store.js';
import { type ClockReading, clockProblem, clockSkewMs, describeSkew } from '../domain/clock.js';
import type { GuildProblem } from '../domain/ports.js';
import type { DailySettings } from '../schedule/daily.js';
import { overdueSince } from '../schedule/overdue.js';
import type { PauseStore } from '../schedule/pause.js';

/** Checks of Reeve's setup, and what an operator can do about each problem. */

/** `blocking`: no run can succeed. `error`: something that Reeve does will fail. `warning`: worth a look. */
export type CheckVerdict = 'ok' | 'warning' | 'error' | 'blocking';

export interface CheckRemark {
	readonly verdict: CheckVerdict;
	/** What is wrong and what an operator can do, or what works. */
	readonly message: string;
}

export interface CheckResult extends CheckRemark {
	/** `Discord`, `Stripe` … */
	readonly subject: string;
}

/** A check. Changes nothing. */
export interface Check {
	readonly subject: string;
	/** The verdict if the check itself fails or times out. */
	readonly severityOnFailure: Exclude<CheckVerdict, 'ok'>;
	/** @throws an error whose message is shown to the operator */
	run(): Promise<readonly CheckRemark[]>;
}

/** Runs all checks concurrently, each with a timeout of a few seconds. Never rejects. Removes duplicate results. */
export async function runChecks(checks: readonly Check[]): Promise<readonly CheckResult[]> {
	const results = await Promise.all(
		checks.map(async ({ subject, severityOnFailure, run }): Promise<readonly CheckResult[]> => {
			const result = await probe(subject, run);
			return result.ok
				? result.value.map((remark) => ({ subject, ...remark }))
				: [{ subject, verdict: severityOnFailure, message: result.error }];
		})
	);
	const seen = new Set<string>();
	return results.flat().filter(({ subject, message }) => {
		const line = `${subject} ${message}`;
		return !seen.has(line) && seen.add(line);
	});
}

export function guildRemarks(problems: readonly GuildProblem[]): readonly CheckRemark[] {
	return problems.map(({ blocks, message }) => ({ verdict: blocks === 'runs' ? 'blocking' : 'error', message }));
}

const SKEW_WARNING_MS = 60_000;

/** Compares this machine's clock with that of a service on which runs depend. */
export function clockRemark(reading: ClockReading): CheckRemark {
	const problem = clockProblem(reading);
	if (problem !== null) return { verdict: 'blocking', message: problem };
	if (clockSkewMs(reading) < SKEW_WARNING_MS) return { verdict: 'ok', message: `The clock agrees with ${reading.service}'s.` };
	return {
		verdict: 'warning',
		message: `${describeSkew(reading)}. With more than two minutes every run fails: turn on time synchronization (NTP).`
	};
}

/** The same for a clock by which nothing is decided: a difference only makes stored times hard to read. */
export function storageClockRemark(reading: ClockReading): CheckRemark {
	const { service } = reading;
	if (clockSkewMs(reading) < SKEW_WARNING_MS) return { verdict: 'ok', message: `The clock agrees with ${service}'s.` };
	return { verdict: 'warning', message: `${describeSkew(reading)}. Turn on time synchronization (NTP) on both machines.` };
}

/** Whether Stripe's events are read as often as the settings say. */
export function eventsRemark(changes: ChangeStatus | null, now: Date, formatTime: (moment: Date) => string): CheckRemark {
	if (changes === null)
		return { verdict: 'ok', message: 'Changes are not watched (RECONCILIATION_EVENTS_SECONDS is 0): the daily run finds what is wrong.' };
	const late = lateSince(changes, now);
	if (late === null) return { verdict: 'ok', message: "Stripe's events are read as they come." };
	return {
		verdict: 'warning',
		message: `Stripe's events could not be read since ${formatTime(late)}, so drift is found by the daily run only. The log says why; Reeve keeps trying.`
	};
}

/** When a full run last succeeded. */
export async function lastRunRemark(
	store: { lastSuccessAt(): Promise<Date | null>; installedAt(now: Date): Promise<Date> } & Pick<
		PauseStore,
		'currentPause' | 'lastPauseEnd'
	>,
	{ paused }: Pick<DailySettings, 'paused'>,
	now: Date,
	formatTime: (moment: Date) => string
): Promise<CheckRemark> {
	const lastSuccess = await store.lastSuccessAt();
	const since = overdueSince(now, {
		lastSuccess,
		installed: await store.installedAt(now),
		pauseEnd: await store.lastPauseEnd(now),
		paused: paused || (await store.currentPause(now)) !== null
	});
	if (since !== null)
		return {
			verdict: 'warning',
			message: `No run has succeeded since ${formatTime(since)}. Fix the problems listed here, then use \`/reconcile run\`.`
		};
	if (lastSuccess === null) return { verdict: 'ok', message: 'No run has succeeded yet: /reconcile run starts the first.' };
	return { verdict: 'ok', message: `Last full run: ${formatTime(lastSuccess)}.` };
}
