import type { MissingCustomers, Subscription } from '../domain/billing.js';
import type { DriftType } from '../domain/issue.js';
import { DEBTOR, type RoleName } from '../domain/rules.js';
import type { UnknownReason } from '../domain/unknown.js';
import { type EvaluatedSource, isPastDue } from '../policy/entitlement.js';
import type { LinkedPerson } from './link-index.js';
import { describeUnknown } from './unknown.js';

/** Texts of an issue, for operators. */

/** More subscriptions than this are counted, not described. */
const MAX_SUBSCRIPTIONS_SHOWN = 3;

const NONE_MISSING: MissingCustomers = new Map();

/** A person's subscriptions, the deciding one first. */
export function describeStripe(
	person: LinkedPerson | undefined,
	sources: readonly EvaluatedSource[],
	missing: MissingCustomers = NONE_MISSING
): string {
	if (person === undefined) return 'no customer is linked to this person';
	if (sources.length === 0) {
		const deleted = person.customerIds.filter((id) => missing.get(id) === 'deleted');
		return deleted.length === 0 ? 'no subscription' : `no subscription: ${deleted.join(', ')} was deleted`;
	}
	const described = sources.slice(0, MAX_SUBSCRIPTIONS_SHOWN).map(({ subscription, seat, unpaidSince }) => {
		const owed = isPastDue(subscription.status) ? ` since ${day(unpaidSince)}` : '';
		const payer = seat === null ? '' : ' (their team)';
		return `${subscription.status}${owed}${payer}: ${describePrices(subscription)} (${subscription.id})`;
	});
	const more = sources.length - described.length;
	return more > 0 ? `${described.join('; ')}; and ${more} more` : described.join('; ');
}

/** A person's rows. */
export function describeDatabase(person: LinkedPerson | undefined): string {
	if (person === undefined) return 'not known';
	if (person.rows.length === 0) return `linked through Stripe metadata on ${person.customerIds.join(', ')}`;
	const seats = person.seats.map(({ row, team }) => `${row.seatTier} seat in ${team.name}`);
	const customers = person.customerIds.length > 0 ? [`customer ${person.customerIds.join(', ')}`] : [];
	return [...seats, ...customers].join('; ') || 'known, but not linked to anyone who pays';
}

/** The drift in one sentence, without the member's name. @param sources - the person's subscriptions, evaluated */
export function describeDrift(
	type: DriftType,
	held: readonly RoleName[],
	expected: readonly RoleName[],
	linked: boolean,
	sources: readonly EvaluatedSource[]
): string {
	const has = held.join(' and ');
	const due = expected.join(' and ');
	switch (type) {
		case 'MISSING_ACCESS':
			return `Pays for ${due} and has no role.`;
		case 'ROLE_MISMATCH':
			return `Pays for ${due} and has ${has}.`;
		case 'DEBTOR_MISMATCH':
			if (expected.length === 0) return 'Still marked Debtor, but no longer owes anything.';
			return expected.includes(DEBTOR)
				? `Is overdue beyond the grace period and has ${has || 'no role'}: should have ${due} alone.`
				: `Pays for ${due} and has ${has}.`;
		case 'UNAUTHORIZED_ACCESS':
			if (!linked) return `Has ${has} and is not linked to any customer: Reeve cannot know whether they pay.`;
			return `Has ${has}${describeOtherPayments(sources) ?? ' and pays for nothing.'}`;
	}
}

/** What a person pays for, if that gives no role: "and pays for nothing" would contradict the subscription shown beside it. */
function describeOtherPayments(sources: readonly EvaluatedSource[]): string | null {
	const paid = sources.filter(({ subscription: { status, items } }) => (status === 'active' || status === 'trialing') && items.length > 0);
	if (paid.length === 0) return null;
	const prices = new Set(paid.flatMap(({ subscription }) => subscription.items.map(({ price }) => price)));
	return `, but only pays for ${[...prices].join(' and ')}, which gives no role.`;
}

/** Why a plan leaves roles that the known subscriptions do not give: a sentence to follow the drift. */
export function describeBlocked(kept: readonly RoleName[], [reason]: readonly UnknownReason[]): string {
	return reason === undefined ? '' : ` Keeps ${kept.join(' and ')} because something is unknown: ${describeUnknown(reason)}.`;
}

function day(date: Date): string {
	return date.toISOString().slice(0, 10);
}

export function describePrices({ items }: Pick<Subscription, 'items'>): string {
	return [...new Set(items.map(({ price }) => price))].join(', ') || 'no price';
}
