import type { Effect } from '../domain/effect.js';
import { type IssueMoney, isUnknown, type MonthlyAmounts, type MonthlyPrice, sumPrices } from '../domain/money.js';
import type { RoleName } from '../domain/rules.js';
import type { MemberEvaluation } from '../policy/adjust.js';
import type { EvaluatedSource } from '../policy/entitlement.js';
import { boughtBy, type PersonFacts } from './describe.js';

/** What an issue is about in money. Pure. */

/** @param held - the managed roles held @returns undefined for someone without a subscription */
export function moneyOf(
	held: readonly RoleName[],
	effect: Effect,
	{ adjusted }: Pick<MemberEvaluation, 'adjusted'>,
	facts: PersonFacts
): IssueMoney | undefined {
	const [deciding] = facts.sources;
	if (deciding === undefined) return undefined;
	// Where the server's own rule decides, the access is not what is paid for.
	if (adjusted === null) {
		if (effect === 'grants' || effect === 'raises') {
			const lacking = facts.sources.filter((source) => isPaid(source) && !gives(source, held));
			if (lacking.length > 0) return { counts: 'paid', ...sumPrices(lacking.map((source) => priceFor(source, facts))) };
		}
		if (effect === 'removes' || effect === 'lowers') return { counts: 'unpaid', ...unpaidBy(held, facts) };
	}
	const price = sumPrices([priceFor(deciding, facts)]);
	return isUnknown(price) ? undefined : { counts: null, ...price };
}

/** Whether money comes in for a tier: not in a trial, after a failed payment, or while collection is paused. */
function isPaid({ entitlement, subscription }: EvaluatedSource): boolean {
	return entitlement.kind === 'tier' && subscription.status === 'active' && !subscription.collectionPaused;
}

function gives({ entitlement }: EvaluatedSource, held: readonly RoleName[]): boolean {
	return entitlement.kind === 'tier' && held.includes(entitlement.tier);
}

/**
 * What the access held would cost beyond what is paid: the price of the subscription that bought it, of several the newest to end; less what
 * they are due to have. Unknown if none of their subscriptions bought it.
 */
function unpaidBy(held: readonly RoleName[], facts: PersonFacts): MonthlyAmounts {
	const bought = facts.sources.filter((source) => source.entitlement.kind !== 'tier' && held.includes(boughtBy(source, facts) ?? ''));
	const [former] = bought.sort((a, b) => endOf(b) - endOf(a));
	const due = facts.sources.filter(({ entitlement }) => entitlement.kind === 'tier').map((source) => priceFor(source, facts));
	return sumPrices([former === undefined ? null : difference(priceFor(former, facts), due)]);
}

/** When it stopped paying; for one that still runs, or of which Stripe does not say, when it began. Epoch milliseconds. */
function endOf({ subscription: { endedAt, createdAt } }: EvaluatedSource): number {
	return (endedAt ?? createdAt).getTime();
}

function difference(price: MonthlyPrice | null, others: readonly (MonthlyPrice | null)[]): MonthlyPrice | null {
	let left = price;
	for (const other of others) {
		if (left === null || other === null || other.isMinimum || other.currency !== left.currency) return null;
		left = { ...left, amount: Math.max(0, left.amount - other.amount) };
	}
	return left;
}

/** What a subscription costs a month; of a team's, an equal share for each of the seats that it pays for. Null if it is unknown. */
export function priceFor({ subscription, seat }: EvaluatedSource, { person }: Pick<PersonFacts, 'person'>): MonthlyPrice | null {
	const price = subscription.monthlyPrice;
	if (price === null || seat === null) return price;
	const team = person?.seats.find((each) => each.team.stripeCustomerId === subscription.customerId)?.team;
	const seats = team === undefined ? 0 : team.ownerSeatCount + team.teamSeatCount;
	return seats > 0 ? { ...price, amount: Math.round(price.amount / seats) } : null;
}
