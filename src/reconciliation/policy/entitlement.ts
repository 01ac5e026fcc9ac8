import type { Subscription } from '../domain/billing.js';
import { DEBTOR, type PolicySettings, type RoleName, type SeatTier } from '../domain/rules.js';

/** The policy: what a person's subscriptions entitle them to. Pure; the time is an argument. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What one subscription, or the best of several, gives. */
export type Entitlement =
	| { readonly kind: 'tier'; readonly tier: RoleName }
	| { readonly kind: 'debtor' }
	| { readonly kind: 'none' }
	/** Stripe reports a status that the policy does not know: no role is removed because of it. */
	| { readonly kind: 'unknown' };

/** A subscription that can pay for a person, and the seat it pays for. */
export interface PaymentSource {
	readonly subscription: Subscription;
	/** The person's seat if a team pays; null for a personal subscription. */
	readonly seat: SeatTier | null;
	/** Start of the payment failure; ignored unless the subscription is past due. */
	readonly unpaidSince: Date;
}

/**
 * The tier that a subscription gives while it is paid, or null if it gives none. Once any price is mapped to a tier, a subscription
 * to unmapped prices gives nothing. A team's subscription gives each member the tier of their seat.
 */
export function tierBought(prices: readonly string[], seat: SeatTier | null, settings: PolicySettings): RoleName | null {
	const mapped = settings.tiers.some((tier) => tier.prices.length > 0);
	if (!mapped) return settings.seats[seat ?? 'INDIVIDUAL'];
	const bought = settings.tiers.findLast((tier) => tier.prices.some((price) => prices.includes(price)));
	if (bought === undefined) return null;
	return seat === null ? bought.name : settings.seats[seat];
}

/** Whether a payment is overdue. */
export function isPastDue(status: string): boolean {
	return status === 'past_due' || status === 'unpaid';
}

/** Ends of the grace period and of the Debtor period after a payment failure, both inclusive. */
export function debtPeriods(unpaidSince: Date, settings: PolicySettings): { readonly graceUntil: Date; readonly debtorUntil: Date } {
	const graceUntil = new Date(unpaidSince.getTime() + settings.graceHours * HOUR_MS);
	return { graceUntil, debtorUntil: new Date(graceUntil.getTime() + settings.debtorDays * DAY_MS) };
}

/**
 * What one subscription gives now. The grace and Debtor periods include their last moment.
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

/** A payment source with what it gives. */
export interface EvaluatedSource extends PaymentSource {
	readonly entitlement: Entitlement;
}

/**
 * Evaluates a person's payment sources and sorts them, the deciding one first: an unknown status (the policy then decides nothing),
 * the higher tier, the lower, Debtor, nothing; among equals the newer subscription.
 */
export function evaluateSources(sources: readonly PaymentSource[], settings: PolicySettings, now: Date): readonly EvaluatedSource[] {
	const evaluated = sources.map((source): EvaluatedSource => {
		const { subscription, seat, unpaidSince } = source;
		return { subscription, seat, unpaidSince, entitlement: entitlementOf(source, settings, now) };
	});
	if (evaluated.length < 2) return evaluated;
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
	return evaluated.sort((a, b) => {
		const [rankA, rankB] = [rank(a.entitlement), rank(b.entitlement)];
		if (rankA !== rankB) return rankB - rankA;
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
