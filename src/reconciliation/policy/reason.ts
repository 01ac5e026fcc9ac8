import type { PolicySettings, RoleName } from '../domain/rules.js';
import { debtPeriods, type EvaluatedSource, isPastDue } from './entitlement.js';
import { purchaseOf } from './purchase.js';

/** Why a subscription gives what it gives, with the times that decide it. */
export type EntitlementReason =
	/** Paid, or in trial. */
	| { readonly kind: 'pays'; readonly tier: RoleName }
	/** Overdue, within the grace period up to and including `until`. `since` is null if it is unknown. */
	| { readonly kind: 'grace'; readonly tier: RoleName; readonly since: Date | null; readonly until: Date; readonly hours: number }
	| { readonly kind: 'debtor'; readonly since: Date; readonly until: Date; readonly hours: number }
	/** Overdue beyond the Debtor period. */
	| { readonly kind: 'too-long'; readonly since: Date; readonly ended: Date; readonly days: number }
	/** The status gives nothing. */
	| { readonly kind: 'gives-nothing' }
	/** Its prices are listed as buying nothing. */
	| { readonly kind: 'buys-nothing' }
	/** The policy does not know the status, and decides nothing. */
	| { readonly kind: 'unknown-status' }
	/** It lacks something that the policy needs. `problem`: completes "sub_1 …". */
	| { readonly kind: 'unreadable'; readonly problem: string }
	/** No setting lists these prices. `tier`: what the others buy. */
	| { readonly kind: 'unknown-price'; readonly prices: readonly string[]; readonly tier: RoleName | null };

/** @param now - as it was passed to the evaluation: a failure that starts then has no known start */
export function entitlementReason(
	{ subscription, seat, unpaidSince, entitlement, unknown }: EvaluatedSource,
	settings: PolicySettings,
	now: Date
): EntitlementReason {
	for (const reason of unknown) if (reason.kind === 'object') return { kind: 'unreadable', problem: reason.problem };
	if (unknown.some(({ kind }) => kind === 'status')) return { kind: 'unknown-status' };
	const prices = unknown.flatMap((reason) => (reason.kind === 'price' ? [reason.price] : []));
	if (prices.length > 0) return { kind: 'unknown-price', prices, tier: entitlement.kind === 'tier' ? entitlement.tier : null };
	const { tier: bought, unlisted } = purchaseOf(subscription.items, seat, settings);
	if (bought === null && (unlisted.length === 0 || settings.unlistedPrices.buy === 'nothing')) return { kind: 'buys-nothing' };
	const { graceUntil, debtorUntil } = debtPeriods(unpaidSince, settings);
	const { graceHours: hours, debtorDays: days } = settings;
	switch (entitlement.kind) {
		case 'tier': {
			const { tier } = entitlement;
			if (!isPastDue(subscription.status)) return { kind: 'pays', tier };
			return { kind: 'grace', tier, since: unpaidSince < now ? unpaidSince : null, until: graceUntil, hours };
		}
		case 'debtor':
			return { kind: 'debtor', since: unpaidSince, until: debtorUntil, hours };
		case 'none':
			return isPastDue(subscription.status)
				? { kind: 'too-long', since: unpaidSince, ended: debtorUntil, days }
				: { kind: 'gives-nothing' };
	}
}
