import type { Subscription } from '../domain/billing.js';
import { DEBTOR, type PolicySettings, type RoleName, type TeamSeat } from '../domain/rules.js';
import type { UnknownReason } from '../domain/unknown.js';
import { purchaseOf } from './purchase.js';

/** The policy: what a person's subscriptions entitle them to. Pure; the time is an argument. */

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What one subscription, or the best of several, is known to give. */
export type Entitlement = { readonly kind: 'tier'; readonly tier: RoleName } | { readonly kind: 'debtor' } | { readonly kind: 'none' };

/** A subscription that can pay for a person, and the seat it pays for. */
export interface PaymentSource {
	readonly subscription: Subscription;
	/** The person's seat if a team pays; null for a personal subscription. */
	readonly seat: TeamSeat | null;
	/** Start of the payment failure; ignored unless the subscription is past due. */
	readonly unpaidSince: Date;
}

/** Whether a payment is overdue. */
export function isPastDue(status: string): boolean {
	return status === 'past_due' || status === 'unpaid';
}

/** Whether a subscription gives nothing now, whatever it is for. */
export function isOver(status: string): boolean {
	return status === 'canceled' || status === 'incomplete' || status === 'incomplete_expired' || status === 'paused';
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
	/** Prices that it is for and no setting lists; empty once it can give nothing, whatever they buy. */
	readonly unlisted: readonly string[];
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
const NONE: readonly never[] = [];

/** What one subscription gives now. */
function evaluateSource(source: PaymentSource, settings: PolicySettings, now: Date): EvaluatedSource {
	const { subscription, seat, unpaidSince } = source;
	const gives = (entitlement: Entitlement, unknown: readonly UnknownReason[], unlisted: readonly string[]) => ({
		subscription,
		seat,
		unpaidSince,
		entitlement,
		unknown,
		unlisted
	});
	const phase = phaseOf(source, settings, now);
	if (phase === 'over') return gives(NOTHING, NONE, NONE);
	if (phase === 'unreadable')
		return gives(NOTHING, [{ kind: 'object', id: subscription.id, problem: subscription.unreadable ?? '' }], NONE);
	const { tier, unknown, unlisted } = purchaseOf(subscription.items, seat, settings);
	if (tier === null && unknown.length === 0) return gives(NOTHING, NONE, unlisted);
	switch (phase) {
		case 'unknown':
			return gives(NOTHING, [{ kind: 'status', status: subscription.status }], unlisted);
		case 'debt':
			// Beside a tier that is owed, other prices change nothing.
			return tier === null ? gives(NOTHING, unknown, unlisted) : gives({ kind: 'debtor' }, NONE, unlisted);
		case 'paid':
			return gives(tier === null ? NOTHING : { kind: 'tier', tier }, unknown, unlisted);
	}
}

/**
 * Whether a subscription gives now what it buys (`paid`, also in the grace period), Debtor (`debt`) or nothing (`over`). Both periods
 * include their last moment.
 */
function phaseOf(
	{ subscription, unpaidSince }: PaymentSource,
	settings: PolicySettings,
	now: Date
): 'paid' | 'debt' | 'over' | 'unknown' | 'unreadable' {
	const { status, unreadable } = subscription;
	if (isOver(status)) return 'over';
	if (unreadable !== null) return 'unreadable';
	if (status === 'active' || status === 'trialing') return 'paid';
	if (!isPastDue(status)) return 'unknown';
	const { graceUntil, debtorUntil } = debtPeriods(unpaidSince, settings);
	if (now <= graceUntil) return 'paid';
	return now <= debtorUntil ? 'debt' : 'over';
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
	linkProblems: readonly UnknownReason[] = NONE
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
