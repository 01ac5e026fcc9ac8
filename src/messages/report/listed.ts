import { isNews, newsOf } from '../../reconciliation/detection/news.js';
import { reportableIssues } from '../../reconciliation/detection/verify-fixes.js';
import type { OpenIssue } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { LAST_PAGE } from '../custom-id.js';
import { resolutionOf } from './state.js';
import type { ReportView } from './view.js';

/** Which issues a report lists, in which order. */

/** Each issue has a button, and a row holds five. */
export const ISSUES_PER_PAGE = 5;

export function isTargeted({ triggeredBy, status }: Pick<ReconciliationResult, 'triggeredBy' | 'status'>): boolean {
	return triggeredBy === 'targeted' && status === 'COMPLETED';
}

/**
 * The issues of a report: what is new or back, what is known, and last what the run itself has fixed. What happens later moves none of
 * them: a number and its button mean the same person for as long as the report exists.
 */
export function listedIssues(view: ReportView): readonly OpenIssue[] {
	const { result } = view;
	const isFixedHere = ({ id }: OpenIssue) => isFixedByRun(view, id);
	// A targeted run shows what is new, and nothing else.
	const issues = isTargeted(result) ? result.issues.filter((issue) => isNews(issue) || isFixedHere(issue)) : reportableIssues(result);
	const rank = (issue: OpenIssue) => (isFixedHere(issue) ? 2 : isKnown(result, issue) ? 1 : 0);
	return [0, 1, 2].flatMap((wanted) => issues.filter((issue) => rank(issue) === wanted));
}

/** Those of some issues that are new or back, or that the run has fixed; all of them if there are none: its report is about the others then. */
export function withoutKnown(view: ReportView, issues: readonly OpenIssue[]): readonly OpenIssue[] {
	const news = issues.filter((issue) => !isKnown(view.result, issue) || isFixedByRun(view, issue.id));
	return news.length === 0 ? issues : news;
}

function isKnown({ news = null }: ReconciliationResult, issue: OpenIssue): boolean {
	return news !== null && newsOf(issue, news.since) === 'known';
}

/** Whether the run's own automatic fix settled an issue, whatever has happened since. */
export function isFixedByRun({ result, states }: ReportView, issueId: string): boolean {
	return states.get(issueId)?.autoFixedBy?.includes(result.runId) ?? false;
}

/** Whether an issue is open or being fixed. */
export function isOpen({ states }: Pick<ReportView, 'states'>, { id }: OpenIssue): boolean {
	const state = states.get(id);
	return state === undefined || resolutionOf(state) === null;
}

/** At least 1. */
export function pageCount(issues: readonly OpenIssue[]): number {
	return Math.min(Math.max(1, Math.ceil(issues.length / ISSUES_PER_PAGE)), LAST_PAGE + 1);
}

/** The page to read after this one, counted from 0: the next one with an open issue, else the first one, else the next one. */
export function nextOpenPage(view: ReportView, page: number): number {
	const issues = listedIssues(view);
	const open = issues.flatMap((issue, index) => (isOpen(view, issue) ? Math.floor(index / ISSUES_PER_PAGE) : []));
	return open.find((at) => at > page) ?? open[0] ?? Math.min(page + 1, pageCount(issues) - 1);
}
