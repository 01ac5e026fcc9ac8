import { ComponentType } from 'discord.js';
import type { Effect } from '../../reconciliation/domain/effect.js';
import type { DriftIssue, Plan } from '../../reconciliation/domain/issue.js';
import type { FixResult } from '../../reconciliation/fixes/fix.js';
import { changeMade, describeActor, describeChange, describePlan, roles } from '../format/format.js';
import { cut, mentionWithName, sentence } from '../format/text.js';
import { ago } from '../format/timestamps.js';
import { undoButton } from '../report/buttons.js';
import type { Announcement } from '../report/view.js';

/** Leaves room for the rest of the message. */
const REASON_LENGTH = 1200;
const PLAN_LENGTH = 300;

const AGAIN = 'The issue is still open: press Apply fix again once that is fixed.';

/** The member of an issue; null if unknown. */
export type Subject = Pick<DriftIssue, 'discordId' | 'discordName'> | null;

/** Result of a fix and the next step. @param subject - used if the result has no issue */
export function fixReply(result: FixResult, subject: Subject): string {
	switch (result.kind) {
		case 'ended':
			return describeEnd(result);
		case 'busy':
			return `${describeActor(result.actor)} is already fixing ${describeSubject(subject)}, since ${ago(result.since)}. Wait a moment: the report will show what came of it.`;
		case 'settled':
			if (result.undone)
				return `Nothing was changed: the fix of ${describeSubject(subject)} was undone${result.actor === null ? '' : ` by ${describeActor(result.actor)}`} ${ago(result.at)}. There is nothing left to do.`;
			if (result.exempted)
				return `Nothing was changed: ${describeSubject(subject)} was exempted${result.actor === null ? '' : ` by ${describeActor(result.actor)}`} ${ago(result.at)}, so their roles stay as they are. To fix them, end the exemption first (\`/reconcile exemptions\`).`;
			if (result.status === 'RESOLVED')
				return `Nothing was changed: the issue of ${describeSubject(subject)} went away by itself ${ago(result.at)}.`;
			return result.actor === null
				? `${describeSubject(subject)} was already fixed ${ago(result.at)}. Nothing was changed now.`
				: `${describeActor(result.actor)} already fixed ${describeSubject(subject)} ${ago(result.at)}. Nothing was changed now.`;
		case 'plan-changed':
			return planChanged(result.issue, result.issue);
		case 'unknown':
			return `Nothing was changed: Reeve no longer knows the issue of ${describeSubject(subject)}. Use \`/reconcile run\` for a new report.`;
	}
}

/** For a fix outside a report: the change, the operator, and an undo button. Null if nothing changed. */
export function fixAnnouncement(result: FixResult, actor: string): Announcement | null {
	if (result.kind !== 'ended') return null;
	const made = changeMade(result.rolesBefore, result.rolesAfter);
	const changed = made === null ? '' : change(made);
	if (changed === '') return null;
	if (result.outcome !== 'FIXED')
		return { content: `${describeActor(actor)} only partly fixed ${describeSubject(result.issue)}: ${changed}.` };
	return {
		content: `${describeActor(actor)} fixed ${describeSubject(result.issue)}: ${changed}.`,
		components: [{ type: ComponentType.ActionRow, components: [undoButton(result.attemptId, result.issue.discordName)] }]
	};
}

function describeEnd(result: Extract<FixResult, { kind: 'ended' }>): string {
	const { issue, error, rolesBefore, rolesAfter } = result;
	const person = describeSubject(issue);
	const made = changeMade(rolesBefore, rolesAfter);
	const why = (fallback: string) => sentence(error ?? fallback, REASON_LENGTH);
	switch (result.outcome) {
		case 'FIXED':
			return describeNow(issue, made ?? issue.plan);
		case 'RESOLVED':
			return `${changedOrNot(person, made)}: the drift is gone. ${error === null ? '' : `${sentence(error, REASON_LENGTH)} `}The issue is closed.`;
		case 'PLAN_CHANGED':
			return planChanged(issue, result.newDrift, made);
		case 'EXEMPT':
			return `${changedOrNot(person, made)}: they are exempt, so their roles stay as they are. To fix them, end the exemption first.`;
		case 'NOT_APPLIED':
			return `Not fixed: ${person}. ${why('Discord accepted the change, but it did not happen.')} The issue is still open: press Apply fix again in a minute.`;
		case 'FAILED':
			return `Not fixed: ${person}. ${why('Unknown reason: see the log.')}${before(made)} ${AGAIN}`;
		case 'UNDONE':
			return `The fix of ${person} was undone.`;
		case 'INTERRUPTED':
			return `Not fixed: ${person}. ${why('Reeve was stopped in the middle of this fix.')}${before(made)} The issue is still open: press Apply fix again.`;
	}
}

/** "@ada (ada) now has Knight." */
function describeNow(subject: NonNullable<Subject>, { add, remove }: Plan): string {
	const changes = [
		...(add.length === 0 ? [] : [`now has ${roles(add)}`]),
		...(remove.length === 0 ? [] : [`no longer has ${roles(remove)}`])
	];
	return `${describeSubject(subject)} ${cut(changes.join(' and '), PLAN_LENGTH) || 'already had the planned roles'}.`;
}

function planChanged(issue: NonNullable<Subject>, drift: DriftIssue | null, made: Plan | null = null): string {
	const plan = drift === null ? '' : ` The plan is now: **${cut(describePlan(drift.plan), PLAN_LENGTH)}**${TAKES[drift.effect] ?? ''}.`;
	return `${changedOrNot(describeSubject(issue), made)}: the plan has changed since you saw it.${plan} If that is right, press Apply fix again: the button now applies the new plan.`;
}

function change(made: { readonly add: readonly string[]; readonly remove: readonly string[] }): string {
	return cut(describeChange(made), PLAN_LENGTH);
}

/** What the roles alone do not say: the same plan may have taken nothing before. */
const TAKES: Partial<Readonly<Record<Effect, string>>> = { removes: ', which takes all access', lowers: ', which lowers their access' };

/** "Nothing was changed for @ada (ada)"; or what was, before a fix stopped. */
function changedOrNot(person: string, made: Plan | null): string {
	const done = made === null ? '' : change(made);
	return done === '' ? `Nothing was changed for ${person}` : `Stopped halfway for ${person} (${done})`;
}

function before(made: ReturnType<typeof changeMade>): string {
	const done = made === null ? '' : change(made);
	return done === '' ? '' : ` Done before that: ${done}.`;
}

export function describeSubject(subject: Subject): string {
	return subject === null ? 'this person' : mentionWithName(subject.discordId, subject.discordName);
}
