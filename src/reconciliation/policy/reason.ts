import type { PolicySettings, RoleName } from '../domain/rules.js';
import { debtPeriods, type EvaluatedSource, isPastDue, tierBought } from './entitlement.js';
/** Why a subscription gives what it gives: the policy's own answer, with the moments it rests on. */
export type EntitlementReason =
	/** Paid for, or on trial. */
	| { readonly kind: 'pays'; readonly tier: RoleName }
	/** Overdue, and within grace to the end of `until`. `since` is null where no run has seen the debt yet and nothing dates it. */
	| { readonly kind: 'grace'; readonly tier: RoleName; readonly since: Date | null; readonly until: Date; readonly hours: number }
	| { readonly kind: 'debtor'; readonly since: Date; readonly until: Date; readonly hours: number }
	/** Overdue for longer than a Debtor may be. */
	| { readonly kind: 'too-long'; readonly since: Date; readonly ended: Date; readonly days: number }
	/** The status itself gives nothing. */
	| { readonly kind: 'gives-nothing' }
	/** None of its prices is mapped to a tier. */
	| { readonly kind: 'buys-nothing' }
	/** A status that the policy does not know: while it stands, nothing is decided. */
	| { readonly kind: 'unknown-status' };

/** @param now - the moment of the judgement: a debt that is said to be unpaid since then is one that nothing dates */
export function entitlementReason(
	{ subscription, seat, unpaidSince, entitlement }: EvaluatedSource,
	settings: PolicySettings,
	now: Date
): EntitlementReason {
	if (tierBought(subscription.prices, seat, settings) === null) return { kind: 'buys-nothing' };
	const { graceUntil, debtorUntil } = debtPeriods(unpaidSince, settings);
	const { graceHours: hours, debtorDays: days } = settings;
	switch (entitlement.kind) {
		case 'unknown':
			return { kind: 'unknown-status' };
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
