import type { Subscription } from '../domain/billing.js';
import { DEBTOR, type PolicySettings, type RoleName, type SeatTier } from '../domain/rules.js';
import type { UnknownReason } from '../domain/unknown.js';

/** The policy: what a person's subscriptions entitle them to. Pure; the time is an argument. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What one subscription, or the best of several, is known to give. */
export type Entitlement = { readonly kind: 'tier'; readonly tier: RoleName } | { readonly kind: 'debtor' } | { readonly kind: 'none' };

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

/** A payment source with what it is known to give. */
export interface EvaluatedSource extends PaymentSource {
	readonly entitlement: Entitlement;
	/** Why it may give more than that. */
	readonly unknown: readonly UnknownReason[];
}

/** What a person should have, as far as it is known. */
export interface Evaluation {
	/** The person's payment sources, the deciding one first. */
	readonly sources: readonly EvaluatedSource[];
	/** The most that any of them is known to give. */
	readonly entitlement: Entitlement;
	/** Why they may be entitled to more: as long as there is a reason, no role may be revoked. */
	readonly unknown: readonly UnknownReason[];
}

const NOTHING: Entitlement = { kind: 'none' };
const NO_REASONS: readonly never[] = [];

/** What one subscription gives now. The grace and Debtor periods include their last moment. */
function evaluateSource({ subscription, seat, unpaidSince }: PaymentSource, settings: PolicySettings, now: Date): EvaluatedSource {
	const gives = (entitlement: Entitlement, unknown: readonly UnknownReason[] = NO_REASONS) => ({
		subscription,
		seat,
		unpaidSince,
		entitlement,
		unknown
	});
	const tier = tierBought(subscription.prices, seat, settings);
	if (tier === null) return gives(NOTHING);
	switch (subscription.status) {
		case 'active':
		case 'trialing':
			return gives({ kind: 'tier', tier });
		case 'past_due':
		case 'unpaid': {
			const { graceUntil, debtorUntil } = debtPeriods(unpaidSince, settings);
			if (now <= graceUntil) return gives({ kind: 'tier', tier });
			return gives(now <= debtorUntil ? { kind: 'debtor' } : NOTHING);
		}
		case 'canceled':
		case 'incomplete':
		case 'incomplete_expired':
		case 'paused':
			return gives(NOTHING);
		default:
			return gives(NOTHING, [{ kind: 'status', status: subscription.status }]);
	}
}

/**
 * Evaluates all that can pay for a person. The source that is known to give most decides: a higher tier, a lower one, Debtor, nothing;
 * among equals the newer subscription.
 * @param linkProblems - reasons that do not come from one of the sources
 */
export function evaluate(
	sources: readonly PaymentSource[],
	settings: PolicySettings,
	now: Date,
	linkProblems: readonly UnknownReason[] = NO_REASONS
): Evaluation {
	const evaluated = sources.map((source) => evaluateSource(source, settings, now));
	if (evaluated.length > 1) evaluated.sort(byWhatTheyGive(settings));
	const unknown = evaluated.every((source) => source.unknown.length === 0)
		? linkProblems
		: [...evaluated.flatMap((source) => source.unknown), ...linkProblems];
	return { sources: evaluated, entitlement: evaluated[0]?.entitlement ?? NOTHING, unknown };
}

/** Of two that are known to give nothing, one that may give something comes first. */
function byWhatTheyGive({ tiers }: PolicySettings): (a: EvaluatedSource, b: EvaluatedSource) => number {
	const rank = ({ entitlement, unknown }: EvaluatedSource): number => {
		switch (entitlement.kind) {
			case 'tier':
				return 1 + tiers.findIndex((tier) => tier.name === entitlement.tier);
			case 'debtor':
				return 0;
			case 'none':
				return unknown.length > 0 ? -1 : -2;
		}
	};
	return (a, b) => {
		const [rankA, rankB] = [rank(a), rank(b)];
		if (rankA !== rankB) return rankB - rankA;
		const byAge = b.subscription.createdAt.getTime() - a.subscription.createdAt.getTime();
		return byAge !== 0 ? byAge : a.subscription.id < b.subscription.id ? -1 : 1;
	};
}

/** The managed roles that an entitlement gives. */
export function expectedRoles(entitlement: Entitlement): readonly RoleName[] {
	switch (entitlement.kind) {
		case 'tier':
			return [entitlement.tier];
		case 'debtor':
			return [DEBTOR];
		case 'none':
			return [];
	}
}
