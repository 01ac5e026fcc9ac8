import type { DriftIssue, IssueState, LastAttempt } from '../../reconciliation/domain/issue.js';
import { AUTOMATIC } from '../../reconciliation/fixes/attempt.js';
import { changeMade, describeActor, describeChange } from '../format/format.js';
import { cut, sentence } from '../format/text.js';
import type { TextBudget } from '../format/text-budget.js';
import { ago, day, moment } from '../format/timestamps.js';

/** The state of an issue, in a report. */

/** How an issue left the open state; null while it is open or being fixed. */
export function resolutionOf({ status, lastAttempt, settledBy }: IssueState): 'fixed' | 'undone' | 'ignored' | 'gone' | null {
	if (status === 'FIXED') return 'fixed';
	if (status !== 'RESOLVED') return null;
	if (lastAttempt?.outcome === 'UNDONE') return 'undone';
	return settledBy === null ? 'gone' : 'ignored';
}

/** What has happened to an issue. @returns null for an open issue without an attempt */
export function describeState(issue: DriftIssue, state: IssueState, budget: TextBudget): string | null {
	const { lastAttempt } = state;
	switch (state.status) {
		case 'FIXED':
			return describeFixed(issue, state, budget);
		case 'RESOLVED':
			return describeResolved(state, budget);
		case 'FIXING': {
			const actor = state.fixingBy ?? lastAttempt?.actor;
			const since = lastAttempt?.outcome === null ? `, started ${ago(lastAttempt.at)}` : '';
			return `Being ${lastAttempt?.undoes ? 'undone' : 'fixed'}${actor === undefined ? '' : ` by ${describeActor(actor)}`}${since}`;
		}
		case 'OPEN':
			return lastAttempt === null || lastAttempt.outcome === null ? null : describeAttempt(lastAttempt, state.cameBackAt, budget);
	}
}

function describeFixed(issue: DriftIssue, { lastAttempt, fixingBy, settledAt }: IssueState, budget: TextBudget): string {
	const actor = lastAttempt?.actor ?? fixingBy;
	const by = actor === null ? '' : ` by ${describeActor(actor)}`;
	const automatic = actor === AUTOMATIC ? ', automatically' : '';
	const when = settledAt === null ? '' : ` ${ago(settledAt)}`;
	const change = describeChange(changeMade(lastAttempt?.rolesBefore ?? null, lastAttempt?.rolesAfter ?? null) ?? issue.plan);
	return `Fixed${by}${when}${automatic}${change === '' ? '' : `: ${cut(change, budget.roles)}`}`;
}

function describeResolved({ lastAttempt, settledAt, settledBy, ignoredUntil = null }: IssueState, budget: TextBudget): string {
	const when = settledAt === null ? '' : ` ${ago(settledAt)}`;
	if (lastAttempt?.outcome === 'UNDONE') return describeUndone(lastAttempt, budget);
	if (settledBy !== null)
		return `Ignored${ignoredUntil === null ? '' : ` until ${day(ignoredUntil)}`}: exempted by ${describeActor(settledBy)}${when}. Nothing was changed.`;
	if (lastAttempt?.outcome !== 'RESOLVED') return `Went away by itself${when}`;
	const why = lastAttempt.error === null ? '' : ` ${sentence(lastAttempt.error, budget.sentence)}`;
	return `Already gone when checked by ${describeActor(lastAttempt.actor)}${when}. Nothing was changed.${why}`;
}

function describeUndone({ actor, at, rolesBefore, rolesAfter, exemptUntil }: LastAttempt, budget: TextBudget): string {
	const change = describeChange(changeMade(rolesBefore, rolesAfter) ?? { add: [], remove: [] });
	const exempt = exemptUntil === null ? '' : ` Exempt until ${moment(exemptUntil)}.`;
	return `Undone by ${describeActor(actor)} ${ago(at)}${change === '' ? '' : `: ${cut(change, budget.roles)}`}.${exempt}`;
}

/** An attempt that left the issue open, or preceded a recurrence. */
function describeAttempt(attempt: LastAttempt, cameBackAt: Date | null, budget: TextBudget): string {
	const tried = `Tried by ${describeActor(attempt.actor)} ${ago(attempt.at)}`;
	const why = (fallback: string) => sentence(attempt.error ?? fallback, budget.sentence);
	switch (attempt.outcome) {
		case 'FIXED':
			return `Came back${cameBackAt === null ? '' : ` ${ago(cameBackAt)}`}, after it was fixed by ${describeActor(attempt.actor)} ${ago(attempt.at)}. The issue is open again.`;
		case 'UNDONE':
			return describeUndone(attempt, budget);
		case 'RESOLVED':
			return `${tried}: the drift was gone, but it has come back. The issue is open again.`;
		case 'PLAN_CHANGED':
			return `${tried}: the plan is out of date, so nothing was changed. The issue is still open.`;
		case 'EXEMPT':
			return `${tried}: this person is exempt, so nothing was changed.`;
		case 'NOT_APPLIED':
			return `${tried}: ${why('Discord accepted the change, but it did not happen.')} The issue is still open.`;
		case 'INTERRUPTED':
			return `${tried}: ${why('Reeve was stopped in the middle of this fix.')}${partly(attempt, budget)} The issue is still open.`;
		case 'FAILED':
		case null:
			return `${tried}: ${why('it failed for an unknown reason.')}${partly(attempt, budget)} The issue is still open.`;
	}
}

/** What a failed attempt changed before it failed. */
function partly({ rolesBefore, rolesAfter }: LastAttempt, budget: TextBudget): string {
	const change = describeChange(changeMade(rolesBefore, rolesAfter) ?? { add: [], remove: [] });
	return change === '' ? '' : ` Done before that: ${cut(change, budget.roles)}.`;
}
