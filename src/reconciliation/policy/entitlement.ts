import type { Subscription } from '../domain/billing.js';
import { DEBTOR, type PolicySettings, type RoleName, type SeatTier } from '../domain/rules.js';

/**
 * What a person should have: the whole policy, and nothing else. Values in, values out; the time is an argument.
 */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What one subscription, or the best of several, entitles a person to. */
export type Entitlement =
	| { readonly kind: 'tier'; readonly tier: RoleName }
	| { readonly kind: 'debtor' }
	| { readonly kind: 'none' }
	/** Stripe gave a status that the policy does not know: nobody loses anything by it. */
	| { readonly kind: 'unknown' };

/** A subscription that can pay for a person, and the seat it pays for. */
export interface PaymentSource {
	readonly subscription: Subscription;
	/** The person's seat where a team pays; null for a personal subscription. */
	readonly seat: SeatTier | null;
	/** The first failed payment of the debt; only asked for while there is one. */
	readonly unpaidSince: Date;
}

/**
 * The tier that a subscription buys while it is paid for, or null if it buys none. Where a price map is configured, a
 * subscription to anything else buys nothing. A team's subscription gives each member the tier of their seat.
 */
export function tierBought(prices: readonly string[], seat: SeatTier | null, settings: PolicySettings): RoleName | null {
	const mapped = settings.tiers.some((tier) => tier.prices.length > 0);
	if (!mapped) return settings.seats[seat ?? 'INDIVIDUAL'];
	const bought = settings.tiers.findLast((tier) => tier.prices.some((price) => prices.includes(price)));
	if (bought === undefined) return null;
	return seat === null ? bought.name : settings.seats[seat];
}

/** Whether a status means that a payment is owed. */
export function isPastDue(status: string): boolean {
	return status === 'past_due' || status === 'unpaid';
}

/** Until when a debt leaves the tier, and until when it makes a Debtor: each to its last moment. */
export function debtPeriods(unpaidSince: Date, settings: PolicySettings): { readonly graceUntil: Date; readonly debtorUntil: Date } {
	const graceUntil = new Date(unpaidSince.getTime() + settings.graceHours * HOUR_MS);
	return { graceUntil, debtorUntil: new Date(graceUntil.getTime() + settings.debtorDays * DAY_MS) };
}

/**
 * What one subscription entitles to now. Grace and the debtor period include their last moment.
 * @param unpaidSince - the first failed payment; without meaning for a subscription that is not in debt
 */
export function entitlementOf({ subscription, seat, unpaidSince }: PaymentSource, settings: PolicySettings, now: Date): Entitlement {
	const tier = tierBought(subscription.prices, seat, settings);
	if (tier === null) return { kind: 'none' };
	switch (subscription.status) {
		case 'active':
		case 'trialing':
			return { kind: 'tier', tier };
		case 'past_due':
		case 'unpaid': {
			const { graceUntil, debtorUntil } = debtPeriods(unpaidSince, settings);
			if (now <= graceUntil) return { kind: 'tier', tier };
			return now <= debtorUntil ? { kind: 'debtor' } : { kind: 'none' };
		}
		case 'canceled':
		case 'incomplete':
		case 'incomplete_expired':
		case 'paused':
			return { kind: 'none' };
		default:
			return { kind: 'unknown' };
	}
}

/** One claim with what it entitles to. */
export interface EvaluatedSource extends PaymentSource {
	readonly entitlement: Entitlement;
}

/**
 * Judges all claims of a person, the deciding one first: a tier before Debtor before nothing, then the higher tier, then the
 * newer subscription. A claim that is unknown comes before all: while it stands, nothing is decided.
 */
export function evaluateSources(claims: readonly PaymentSource[], settings: PolicySettings, now: Date): readonly EvaluatedSource[] {
	const judged = claims.map((claim): EvaluatedSource => {
		const { subscription, seat, unpaidSince } = claim;
		return { subscription, seat, unpaidSince, entitlement: entitlementOf(claim, settings, now) };
	});
	if (judged.length < 2) return judged;
	const rank = (entitlement: Entitlement): number => {
		switch (entitlement.kind) {
			case 'unknown':
				return Number.POSITIVE_INFINITY;
			case 'tier':
				return 1 + settings.tiers.findIndex((tier) => tier.name === entitlement.tier);
			case 'debtor':
				return 0;
			case 'none':
				return -1;
		}
	};
	return judged.sort((a, b) => {
		const [ra, rb] = [rank(a.entitlement), rank(b.entitlement)];
		if (ra !== rb) return rb - ra;
		const byAge = b.subscription.createdAt.getTime() - a.subscription.createdAt.getTime();
		return byAge !== 0 ? byAge : a.subscription.id < b.subscription.id ? -1 : 1;
	});
}

/** The managed roles that an entitlement gives. */
export function expectedRoles(entitlement: Exclude<Entitlement, { kind: 'unknown' }>): readonly RoleName[] {
	switch (entitlement.kind) {
		case 'tier':
			return [entitlement.tier];
		case 'debtor':
			return [DEBTOR];
		case 'none':
			return [];
	}
}
