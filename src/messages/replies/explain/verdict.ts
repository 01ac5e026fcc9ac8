import { diffRoles, rolesEqual } from '../../../reconciliation/detection/role-plan.js';
import { adviseOnUnknown, describeUnknown } from '../../../reconciliation/detection/unknown.js';
import type { Explanation } from '../../../reconciliation/members/explain.js';
import { describePlan, roles } from '../../format/format.js';
import { describeOrigin } from '../../format/origin.js';
import { cut, sentence } from '../../format/text.js';
import { ago } from '../../format/timestamps.js';

const FAILURE_LENGTH = 300;
const SENTENCE_LENGTH = 250;
const PLAN_LENGTH = 160;

/** The conclusion in one or two sentences, and what an operator can do. */
export function verdict(explanation: Explanation): string {
	const { member, discordFailure, known, breakdown, drift, exemption } = explanation;
	if (discordFailure !== null) return `The server could not be asked: ${sentence(discordFailure, FAILURE_LENGTH)}`;
	if (member?.bot) return 'This is a bot: bots pay for nothing, and Reeve leaves their roles alone.';
	if (member === null)
		return known && breakdown.person === null
			? 'Is not in the server and not linked to any customer. Nothing to do.'
			: 'Is not in the server. If they join, the next run finds what they should have.';
	if (exemption !== null)
		return 'Is exempt: Reeve leaves their roles alone, whatever Stripe says. End it with `/reconcile exemptions` if it is not right any more.';
	if (!known) return 'What they should have is not known, because Stripe could not be asked. Reeve changes nothing while that is so.';
	if (drift !== null)
		return `${origin(drift)}${sentence(drift.description, SENTENCE_LENGTH)} Plan: **${cut(describePlan(drift.plan), PLAN_LENGTH)}**.${breakdown.person === null ? ' Link them with `/reconcile link`, or exempt them with `/reconcile exempt`, if they are to keep it.' : ''}`;
	const [unknown] = breakdown.unknown;
	if (unknown !== undefined)
		return `Keeps the roles they have: ${sentence(describeUnknown(unknown), SENTENCE_LENGTH)}. What to do: ${adviseOnUnknown(unknown)}.`;
	if (breakdown.person === null)
		return 'Not linked to any customer and holds no managed role, which is right. If they pay, link them with `/reconcile link`.';
	const fixed = recentFix(explanation);
	// A rule of the server's own decides: its reasons are not known here.
	if (breakdown.adjusted !== null) return fixed === null ? 'Has the roles they should have.' : `${fixed}. That is right.`;
	const because = sentence(breakdown.because, SENTENCE_LENGTH);
	return fixed === null ? `Has the roles they should have: ${because}.` : `${fixed} because ${because}. That is right.`;
}

/** Who or what caused it, as the first sentence. */
function origin({ origin: known }: NonNullable<Explanation['drift']>): string {
	const text = describeOrigin(known);
	return text === '' ? '' : `${text} `;
}

/** "Lord was removed 2 minutes ago"; null if the newest change is not the fix that led to the roles held now. */
function recentFix({ member, changes: { newest } }: Explanation): string | null {
	const [last] = newest;
	if (last?.action !== 'fix' || last.outcome !== 'FIXED' || !Array.isArray(last.before) || !Array.isArray(last.after)) return null;
	const [before, after] = [last.before.map(String), last.after.map(String)];
	if (member === null || !rolesEqual(member.roles, after)) return null;
	const { add, remove } = diffRoles(before, after);
	const changes = [
		...(add.length === 0 ? [] : [`${roles(add)} was given`]),
		...(remove.length === 0 ? [] : [`${roles(remove)} was removed`])
	];
	return changes.length === 0 ? null : `${cut(changes.join(' and '), PLAN_LENGTH)} ${ago(last.at)}`;
}
