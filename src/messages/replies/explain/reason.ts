import { DEBTOR } from '../../../reconciliation/domain/rules.js';
import type { ExplainedSource, Precedence } from '../../../reconciliation/members/explain.js';
import type { EntitlementReason } from '../../../reconciliation/policy/reason.js';
import { count, list } from '../../format/format.js';
import { escapeName, escapeText } from '../../format/text.js';
import { day } from '../../format/timestamps.js';

/** Why a subscription gives what it gives. */

const STATUS_LENGTH = 40;
const PRICE_LENGTH = 60;
const PROBLEM_LENGTH = 120;

/** Stripe's statuses for readers who do not know Stripe. */
const MEANINGS: Readonly<Record<string, string>> = {
	trialing: 'on trial',
	past_due: 'past due',
	incomplete: 'incomplete, its first payment never came through',
	incomplete_expired: 'expired, its first payment never came through'
};

/** "past due since …: beyond the 48-hour grace period, so Debtor until …". */
export function describeReason(status: string, reason: EntitlementReason): string {
	const said = MEANINGS[status] ?? escapeText(status, STATUS_LENGTH);
	switch (reason.kind) {
		case 'pays':
			return `${said}: gives **${escapeName(reason.tier)}**`;
		case 'grace':
			return reason.since === null
				? `${said}, and the start date is unknown: the ${reason.hours}-hour grace period counts from the first run that sees it, so **${escapeName(reason.tier)}** for now`
				: `${said} since ${day(reason.since)}: in the ${reason.hours}-hour grace period, so **${escapeName(reason.tier)}** until ${day(reason.until)}`;
		case 'debtor':
			return `${said} since ${day(reason.since)}: beyond the ${reason.hours}-hour grace period, so **${DEBTOR}** until ${day(reason.until)}`;
		case 'too-long':
			return `${said} since ${day(reason.since)}: the ${count(reason.days, 'day')} as ${DEBTOR} ended ${day(reason.ended)}: no access`;
		case 'gives-nothing':
			return `${said}: no access`;
		case 'buys-nothing':
			return `${said}, but its prices buy no role, by the settings: no access`;
		case 'unknown-price': {
			const gives = reason.tier === null ? '' : `gives at least **${escapeName(reason.tier)}**; `;
			return `${said}: ${gives}no setting lists ${list(reason.prices.map((price) => escapeText(price, PRICE_LENGTH)))}, so Reeve removes no role of theirs`;
		}
		case 'unreadable':
			return `${said}: in Stripe it ${escapeText(reason.problem, PROBLEM_LENGTH)}, so Reeve removes no role of theirs`;
		case 'unknown-status':
			return `Stripe says "${said}", which Reeve does not know: until that changes, Reeve removes no role of theirs`;
	}
}

/** Which of the subscriptions decides, and why. */
export function describePrecedence(claims: readonly ExplainedSource[], precedence: Precedence | null): string {
	const [first] = claims;
	if (first === undefined || precedence === null) return 'No subscription can pay for them.';
	if (claims.some(({ unknown }) => unknown.length > 0))
		return first.entitlement.kind === 'none'
			? 'It is unknown what they should have, so no role is removed.'
			: 'No. 1 gives what they should have at least. Something else is unknown, so no role is removed.';
	if (precedence === 'only')
		return first.entitlement.kind === 'none' ? 'The only subscription gives nothing.' : 'There is one subscription, and it decides.';
	if (first.entitlement.kind === 'none') return `None of ${count(claims.length, 'subscription')} gives anything.`;
	return precedence === 'most'
		? `Of ${count(claims.length, 'subscription')} no. 1 gives most access, so it decides.`
		: `Of ${count(claims.length, 'subscription')} no. 1 gives as much as the next and is newer, so it decides.`;
}
