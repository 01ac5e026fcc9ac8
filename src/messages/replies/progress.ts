import type { Progress, ReconciliationResult } from '../../reconciliation/domain/run.js';
import { describeHeld } from '../format/effects.js';
import { count, number } from '../format/format.js';
import type { StripeMode } from '../format/stripe-links.js';
import { sentence } from '../format/text.js';
import { shownOnboarding } from '../report/onboarding.js';
import { memberResult } from '../report/one-member.js';
import { afterFailure, failureText, isPartlyUnknown } from '../report/summary.js';
import type { ReportLocation } from '../report/view.js';

/** Progress and result of a run. */

type Source = Progress['source'];

const REASON_LENGTH = 1200;
const NOT_POSTED_LENGTH = 400;

const STEPS: Readonly<Record<Source, { readonly step: string; readonly one: string; readonly many: string }>> = {
	stripe: { step: 'Reading Stripe', one: 'subscription', many: 'subscriptions' },
	invoices: { step: 'Reading open invoices', one: 'invoice', many: 'invoices' },
	discord: { step: 'Reading Discord', one: 'member', many: 'members' },
	database: { step: 'Reading links', one: 'link', many: 'links' },
	fix: { step: 'Applying fixes', one: 'fix', many: 'fixes' }
};

/** Why reading a source waits. */
const WHY_WAITING: Readonly<Partial<Record<Source, string>>> = {
	discord: ', because Discord allows one listing of all members in 30 s'
};

const ORDER: readonly Source[] = ['stripe', 'invoices', 'discord', 'database', 'fix'];
/** Read in parallel, so each is shown from the start. */
const ALWAYS: readonly Source[] = ['stripe', 'discord', 'database'];

/** Progress of a run or a bulk fix: a line per source, and for invoices and fixes once there are any. */
export function runProgressReply(progress: ReadonlyMap<Source, Progress>, fixSecondsLeft: number | null = null): string {
	// A bulk fix has no sources to read.
	const onlyFixes = progress.size === 1 && progress.has('fix');
	const shown = ORDER.filter((source) => progress.has(source) || (ALWAYS.includes(source) && !onlyFixes));
	return shown.map((source) => line(source, progress.get(source), source === 'fix' ? fixSecondsLeft : null)).join('\n');
}

/** Progress at a point in time. */
export interface ProgressSample {
	readonly done: number;
	/** Epoch milliseconds. */
	readonly atMs: number;
}

/** Extrapolated from the first sample; null before there is progress to measure. */
export function secondsLeft(
	first: ProgressSample | undefined,
	progress: Pick<Progress, 'done' | 'total'> | undefined,
	nowMs: number
): number | null {
	if (first === undefined || progress === undefined || progress.total === null || progress.done <= first.done) return null;
	const msEach = (nowMs - first.atMs) / (progress.done - first.done);
	return Math.ceil((msEach * (progress.total - progress.done)) / 1000);
}

function formatRemaining(seconds: number): string {
	return seconds < 100 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`;
}

function line(source: Source, progress: Progress | undefined, left: number | null): string {
	const { step, one, many } = STEPS[source];
	if (progress === undefined) return `${step}…`;
	const { done, total, finished, waitingSeconds } = progress;
	if (waitingSeconds !== undefined) return `${step}: waiting ${number(waitingSeconds)} s${WHY_WAITING[source] ?? ''}…`;
	if (finished) return done === 0 ? `${step} ✓` : `${step}: ${count(done, one, many)} ✓`;
	if (total === null) return done === 0 ? `${step}…` : `${step}: ${count(done, one, many)}…`;
	const about = left === null ? '' : `, about ${formatRemaining(left)} left`;
	return `${step}: ${number(done)} of ${count(total, one, many)}${about}…`;
}

/**
 * Result of a run.
 * @param paused - note that the daily runs are paused; empty if they are not
 */
export function runFinishedReply(result: ReconciliationResult, report: ReportLocation, paused: string, stripeMode?: StripeMode): string {
	const where = describeLocation(report);
	return `${outcome(result, stripeMode)} ${where}${paused === '' ? '' : `\n${paused}`}`;
}

function describeLocation(report: ReportLocation): string {
	switch (report.kind) {
		case 'posted':
			return `The report is here: ${report.url}`;
		case 'not-posted': {
			const why = report.why === null ? 'no reason is known yet.' : sentence(report.why, NOT_POSTED_LENGTH);
			return `The report could not be posted: ${why} It is stored, and Reeve keeps trying.`;
		}
		case 'unknown':
			return 'Could not read where the report is: look in the admin channel.';
	}
}

function outcome(result: ReconciliationResult, stripeMode?: StripeMode): string {
	if (result.status === 'FAILED') return `The run failed: ${failureText(result, REASON_LENGTH)} ${afterFailure(result)}`;
	if (shownOnboarding(result) !== null) {
		const given = result.issuesFixed === 0 ? '' : ` ${count(result.issuesFixed, 'issue')} fixed.`;
		return `Done: setup is not finished, so no one is reported yet.${given}`;
	}
	if (result.issues.length === 0)
		return result.onlyMember === null
			? isPartlyUnknown(result)
				? 'Done: nothing to fix, but some members could not be judged.'
				: 'Done: all clear.'
			: `Done: ${memberResult(result, result.onlyMember, stripeMode).text}`;
	const fixed = result.autoFixEnabled ? `, ${number(result.issuesFixed)} fixed` : '';
	const hold = result.hold === null ? '' : ` On hold (${describeHeld(result.hold, 'held')}): the report says why.`;
	return `Done: ${count(result.issues.length, 'issue')}${fixed}.${hold}`;
}
