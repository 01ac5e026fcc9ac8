import { AUTOMATIC } from '../reconciliation/fix.js';
import type { DriftIssue, IssueState, LastAttempt } from '../reconciliation/types.js';
import type { Room } from './room.js';
import { cut, escapeText } from './text.js';
import { actorInWords, ago, changeInWords, changeMade, moment } from './words.js';

/** What has become of an issue, in a report. */

/** @returns null for an open issue that nobody has tried to mend */
export function stateInWords(issue: DriftIssue, state: IssueState, room: Room): { name: string; value: string } | null {
	const { lastAttempt } = state;
	switch (state.status) {
		case 'FIXED':
			return { name: 'Outcome', value: fixedInWords(issue, state, room) };
		case 'RESOLVED':
			return { name: 'Outcome', value: goneInWords(state, room) };
		case 'FIXING': {
			const actor = state.claimedBy ?? lastAttempt?.actor;
			const since = lastAttempt?.outcome === null ? `, started ${ago(lastAttempt.at)}` : '';
			return {
				name: 'Now',
				value: `Being ${lastAttempt?.undoes ? 'undone' : 'fixed'}${actor === undefined ? '' : ` by ${actorInWords(actor)}`}${since}`
			};
		}
		case 'OPEN':
			return lastAttempt === null || lastAttempt.outcome === null
				? null
				: { name: 'Last attempt', value: attemptInWords(lastAttempt, state.cameBackAt, room) };
	}
}

function fixedInWords(issue: DriftIssue, { lastAttempt, claimedBy, settledAt }: IssueState, room: Room): string {
	const actor = lastAttempt?.actor ?? claimedBy;
	const by = actor === null ? '' : ` by ${actorInWords(actor)}`;
	const automatic = actor === AUTOMATIC ? ', automatically' : '';
	const when = settledAt === null ? '' : ` ${ago(settledAt)}`;
	const change = changeInWords(changeMade(lastAttempt?.rolesBefore ?? null, lastAttempt?.rolesAfter ?? null) ?? issue.plan);
	return `Fixed${by}${when}${automatic}${change === '' ? '' : `: ${cut(change, room.status * 2)}`}`;
}

function goneInWords({ lastAttempt, settledAt, settledBy }: IssueState, room: Room): string {
	const when = settledAt === null ? '' : ` ${ago(settledAt)}`;
	if (lastAttempt?.outcome === 'UNDONE') return undoneInWords(lastAttempt, room);
	if (settledBy !== null) return `Exempted by ${actorInWords(settledBy)}${when}: their roles are right as they are. Nothing was changed.`;
	if (lastAttempt?.outcome !== 'RESOLVED') return `Gone by itself${when}`;
	const why = lastAttempt.error === null ? '' : ` ${escapeText(lastAttempt.error, room.sentence)}`;
	return `Gone by itself: found so by ${actorInWords(lastAttempt.actor)}${when}. Nothing was changed.${why}`;
}

function undoneInWords({ actor, at, rolesBefore, rolesAfter, exemptUntil }: LastAttempt, room: Room): string {
	const change = changeInWords(changeMade(rolesBefore, rolesAfter) ?? { add: [], remove: [] });
	const exempt = exemptUntil === null ? '' : ` Exempt until ${moment(exemptUntil)}.`;
	return `Undone by ${actorInWords(actor)} ${ago(at)}${change === '' ? '' : `: ${cut(change, room.status * 2)}`}.${exempt}`;
}

/** An attempt that left the issue open, or came before the same drift was found again. */
function attemptInWords(attempt: LastAttempt, cameBackAt: Date | null, room: Room): string {
	const tried = `Tried by ${actorInWords(attempt.actor)} ${ago(attempt.at)}`;
	const why = (fallback: string) => escapeText(attempt.error ?? fallback, room.sentence);
	switch (attempt.outcome) {
		case 'FIXED':
			return `Came back${cameBackAt === null ? '' : ` ${ago(cameBackAt)}`}, after it was fixed by ${actorInWords(attempt.actor)} ${ago(attempt.at)}. The issue is open again.`;
		case 'UNDONE':
			return undoneInWords(attempt, room);
		case 'RESOLVED':
			return `${tried}: the drift was gone, but it has come back. The issue is open again.`;
		case 'PLAN_CHANGED':
			return `${tried}: another plan is right by now, so nothing was changed. The issue is still open.`;
		case 'EXEMPT':
			return `${tried}: this person is exempt, so nothing was changed.`;
		case 'NOT_APPLIED':
			return `${tried}: ${why('Discord accepted the change, but it did not happen.')} The issue is still open.`;
		case 'INTERRUPTED':
			return `${tried}: ${why('Reeve was stopped in the middle of this fix.')}${partly(attempt, room)} The issue is still open.`;
		case 'FAILED':
		case null:
			return `${tried}: ${why('it did not work, and no reason is known.')}${partly(attempt, room)} The issue is still open.`;
	}
}

/** What a failed attempt had done before it failed. */
function partly({ rolesBefore, rolesAfter }: LastAttempt, room: Room): string {
	const change = changeInWords(changeMade(rolesBefore, rolesAfter) ?? { add: [], remove: [] });
	return change === '' ? '' : ` Done before that: ${cut(change, room.status)}.`;
}
