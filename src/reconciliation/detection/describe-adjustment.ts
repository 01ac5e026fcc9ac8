import type { RoleName } from '../domain/rules.js';
import { timeInText } from '../domain/time-in-text.js';
import type { Adjustment } from '../policy/adjust.js';
import { type EvaluatedSource, isPastDue } from '../policy/entitlement.js';
import { datesOf } from './describe.js';

/**
 * The drift of a member to whom the server's own rule gives another role than Stripe, in one sentence without their name.
 * @param source - the subscription that decides what Stripe gives
 */
export function describeAdjustedDrift(held: readonly RoleName[], { from, to }: Adjustment, source: EvaluatedSource | undefined): string {
	const dates = source === undefined ? '' : ` (${stripeDates(source)})`;
	return `Should have ${to ?? 'no role'} by this server's rule, instead of ${from ?? 'no role'}${dates}; has ${held.join(' and ') || 'no role'}.`;
}

function stripeDates({ subscription, unpaidSince }: EvaluatedSource): string {
	return isPastDue(subscription.status) ? `payment failed ${timeInText(unpaidSince)}` : datesOf(subscription);
}

/** Why, for the audit log of the server. */
export function describeAdjustmentCause({ from, to }: Adjustment): string {
	return `this server's rule: ${from ?? 'no role'} → ${to ?? 'no role'}`;
}
