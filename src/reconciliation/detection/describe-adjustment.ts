import type { RoleName } from '../domain/rules.js';
import type { Adjustment } from '../policy/adjust.js';

/** The drift of a member to whom the server's own rule gives another role than Stripe, in one sentence without their name. */
export function describeAdjustedDrift(held: readonly RoleName[], { from, to }: Adjustment): string {
	return `Should have ${to ?? 'no role'} by this server's rule, instead of ${from ?? 'no role'}; has ${held.join(' and ') || 'no role'}.`;
}

/** Why, for the audit log of the server. */
export function describeAdjustmentCause({ from, to }: Adjustment): string {
	return `this server's rule: ${from ?? 'no role'} → ${to ?? 'no role'}`;
}
