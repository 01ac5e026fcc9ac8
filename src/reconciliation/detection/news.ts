import { type OpenIssue, openedAt } from '../domain/issue.js';
import type { IssueNews, News, ReportedRun, SettledCounts } from '../domain/news.js';
import type { ReconciliationResult } from '../domain/run.js';

/** What is new in a run. Pure. */

const DAY_MS = 86_400_000;

/** On these days of an issue, the first being day 1, operators are reminded of it. */
export const REMINDER_DAYS = [7, 30] as const;

/** Whether an issue, as a run found it, was new or had come back: no run before it had found it. */
export function isNews({ timesSeen, cameBackAt, lastSeenAt }: Pick<OpenIssue, 'timesSeen' | 'cameBackAt' | 'lastSeenAt'>): boolean {
	return timesSeen === 1 || cameBackAt?.getTime() === lastSeenAt.getTime();
}

/**
 * An issue compared with an earlier report. What a targeted run has found since then is new: that report did not list it.
 * @param since - start of the run of that report; null if there was none
 */
export function newsOf({ firstSeenAt, cameBackAt }: Pick<OpenIssue, 'firstSeenAt' | 'cameBackAt'>, since: Date | null): IssueNews {
	if (since === null) return 'new';
	if (cameBackAt !== null && cameBackAt > since) return 'back';
	return firstSeenAt > since ? 'new' : 'known';
}

/**
 * @param last - the run of the last report; null if there was none
 * @param settled - issues of that run that were settled since
 */
export function compareWithLast(
	issues: readonly Pick<OpenIssue, 'firstSeenAt' | 'cameBackAt'>[],
	last: Pick<ReportedRun, 'startedAt'> | null,
	settled: SettledCounts
): News {
	const since = last?.startedAt ?? null;
	const counts = { new: 0, back: 0, known: 0 };
	for (const issue of issues) counts[newsOf(issue, since)] += 1;
	return { since, counts, settled };
}

/**
 * Whether a run's report has nothing that the last one has not: a few words about it are enough. Never true of a run that failed, was held,
 * changed roles, or used rules that no operator has accepted; nor of one without issues, an all-clear.
 */
export function hasNothingNew(
	result: Pick<ReconciliationResult, 'status' | 'issues' | 'issuesFixed' | 'hold' | 'ruleChange' | 'onboarding' | 'news'>
): boolean {
	const { status, issues, issuesFixed, hold, ruleChange = null, onboarding = null, news = null } = result;
	if (status !== 'COMPLETED' || issues.length === 0 || news === null) return false;
	if (hold !== null || issuesFixed > 0 || ruleChange !== null || onboarding !== null) return false;
	return news.counts.new + news.counts.back === 0;
}

/**
 * The issues that operators are reminded of, by the day that they have reached since the last report: each gets there once, also if a run
 * was missed.
 * @param at - start of this run
 */
export function reminders<Issue extends Pick<OpenIssue, 'firstSeenAt' | 'cameBackAt'>>(
	issues: readonly Issue[],
	since: Date | null,
	at: Date
): readonly { readonly day: (typeof REMINDER_DAYS)[number]; readonly issues: readonly Issue[] }[] {
	if (since === null) return [];
	return REMINDER_DAYS.flatMap((day) => {
		const reached = issues.filter((issue) => dayOf(issue, since) < day && dayOf(issue, at) >= day);
		return reached.length === 0 ? [] : [{ day, issues: reached }];
	});
}

/** The day of an issue at a time, counted from 1. Rounded: daily runs are not 24 hours apart to the second, nor where clocks change. */
function dayOf(issue: Pick<OpenIssue, 'firstSeenAt' | 'cameBackAt'>, at: Date): number {
	return Math.round((at.getTime() - openedAt(issue).getTime()) / DAY_MS) + 1;
}
