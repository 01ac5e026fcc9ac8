import type { MemberFinding } from '../../reconciliation/domain/detection.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import { roles } from '../format/format.js';
import { linkStripeIds, type StripeMode } from '../format/stripe-links.js';
import { escapeText, mention, sentence } from '../format/text.js';
import { day } from '../format/timestamps.js';
import { formatAdvice, formatUnknown } from './notices.js';

/** The result of a run over one member who has no issue. */

const REASON_LENGTH = 200;
const CAUSE_LENGTH = 200;

interface MemberResult {
	readonly title: string;
	/** Sentences about the member. */
	readonly text: string;
	/** Whether it is known that nothing is wrong. */
	readonly isClear: boolean;
}

/** @param discordId - of the only member */
export function memberResult({ notices, membersChecked }: ReconciliationResult, discordId: string, stripeMode?: StripeMode): MemberResult {
	const who = mention(discordId);
	const member = notices?.member;
	if ((notices?.exempt ?? 0) > 0)
		return {
			title: 'One person: exempt',
			text: `${who} is exempt${exemptUntil(member)}, so Reeve leaves their roles as they are.${comparison(member)}`,
			isClear: true
		};
	if ((notices?.leftToNextRun ?? 0) > 0)
		return {
			title: 'One person: not judged',
			text: `Something of ${who} changed while this run was reading: run it again in a minute.`,
			isClear: false
		};
	if (member === undefined ? membersChecked === 0 : member.held === null)
		return {
			title: 'One person: not in the server',
			text: `${who} is not in the server.${whenTheyJoin(member, stripeMode)}`,
			isClear: true
		};
	const [unknown] = notices?.unknown ?? [];
	if (unknown !== undefined)
		return {
			title: 'One person: unknown what they should have',
			text: `${who} keeps the roles they have: ${formatUnknown(unknown.reason)}. To settle it, ${formatAdvice(unknown.reason)}.`,
			isClear: false
		};
	return { title: 'One person: all clear', text: `${who} ${allClear(member, stripeMode)}`, isClear: true };
}

/** " until … (founder)". */
function exemptUntil(member: MemberFinding | undefined): string {
	if (!member?.exemption) return '';
	const { expiresAt, reason } = member.exemption;
	const end = expiresAt === null ? ' until an operator ends it' : ` until ${day(expiresAt)}`;
	return reason === '' ? end : `${end} (${escapeText(reason, REASON_LENGTH)})`;
}

function comparison(member: MemberFinding | undefined): string {
	if (member === undefined || member.held === null) return '';
	return ` Without that they should have ${due(member)}; they have ${roles(member.held) || 'no role'}.`;
}

function whenTheyJoin(member: MemberFinding | undefined, mode?: StripeMode): string {
	if (member === undefined) return ' There is nothing to compare.';
	if (member.expected.length > 0) return ` If they join, they should have ${due(member)} (${cause(member, mode)}): the next run finds it.`;
	return member.linked
		? ` If they join, they should have no role: ${cause(member, mode)}.`
		: ' They are not linked to any customer either.';
}

function allClear(member: MemberFinding | undefined, mode?: StripeMode): string {
	if (member === undefined) return 'has the roles they should have.';
	if (!member.linked) return 'is not linked to any customer and has no role, which is right.';
	return `should have ${due(member)} and has ${member.expected.length === 0 ? 'none' : 'just that'}: ${cause(member, mode)}.`;
}

function due({ expected }: MemberFinding): string {
	return roles(expected) || 'no role';
}

/** "Knight paid (open in Stripe)". */
function cause(member: MemberFinding, mode?: StripeMode): string {
	return linkStripeIds(sentence(member.cause, CAUSE_LENGTH), 2 * CAUSE_LENGTH, { hideSubscriptionIds: true, mode });
}
