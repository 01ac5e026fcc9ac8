import type { Subscription } from '../domain/billing.js';
import type { DriftType } from '../domain/issue.js';
import { DEBTOR, type RoleName } from '../domain/rules.js';
import { type EvaluatedSource, isPastDue } from '../policy/entitlement.js';
import type { LinkedPerson } from './link-index.js';

/** What an issue says to an operator. */

/** How many subscriptions are spelled out; the deciding one comes first. */
const MAX_SUBSCRIPTIONS_SHOWN = 3;

/** What Stripe says of a person: the deciding subscription first. */
export function describeStripe(person: LinkedPerson | undefined, claims: readonly EvaluatedSource[]): string {
	if (person === undefined) return 'no customer is linked to this person';
	if (claims.length === 0) return 'no subscription';
	const told = claims.slice(0, MAX_SUBSCRIPTIONS_SHOWN).map(({ subscription, seat, unpaidSince }) => {
		const owed = isPastDue(subscription.status) ? ` since ${day(unpaidSince)}` : '';
		const payer = seat === null ? '' : ' (their team)';
		return `${subscription.status}${owed}${payer}: ${describePrices(subscription)} (${subscription.id})`;
	});
	const more = claims.length - told.length;
	return more > 0 ? `${told.join('; ')}; and ${more} more` : told.join('; ');
}

/** What the database says of a person. */
export function describeDatabase(person: LinkedPerson | undefined): string {
	if (person === undefined) return 'not known';
	if (person.rows.length === 0) return `no row; linked by Stripe metadata on ${person.customerIds.join(', ')}`;
	const seats = person.seats.map(({ row, team }) => `${row.seatTier} seat in ${team.name}`);
	const customers = person.customerIds.length > 0 ? [`customer ${person.customerIds.join(', ')}`] : [];
	const told = [...seats, ...customers];
	return told.length > 0 ? told.join('; ') : 'a row without customer or team';
}

/** What is wrong, in one sentence. */
export function describeDrift(type: DriftType, held: readonly RoleName[], expected: readonly RoleName[], linked: boolean): string {
	const has = held.join(' and ');
	const due = expected.join(' and ');
	switch (type) {
		case 'MISSING_ACCESS':
			return `Pays for ${due} and has no role.`;
		case 'ROLE_MISMATCH':
			return `Pays for ${due} and has ${has}.`;
		case 'DEBTOR_MISMATCH':
			return expected.includes(DEBTOR)
				? `Is overdue beyond the grace period and has ${has || 'no role'}: should have ${due} alone.`
				: `Pays for ${due} and has ${has}.`;
		case 'UNAUTHORIZED_ACCESS':
			return linked
				? `Has ${has} and pays for nothing.`
				: `Has ${has} and is not linked to any customer: Reeve cannot know whether they pay.`;
	}
}

function day(date: Date): string {
	return date.toISOString().slice(0, 10);
}

export function describePrices({ shownPrices }: Pick<Subscription, 'shownPrices'>): string {
	return shownPrices.join(', ') || 'no price';
}
