import type { BillingSnapshot } from '../domain/billing.js';
import type { Detection } from '../domain/detection.js';
import type { Hold } from '../domain/hold.js';
import type { DriftIssue } from '../domain/issue.js';
import type { BillingAdvice, LastGoodRun } from '../domain/ports.js';

/** Guards against mass revocation because of bad data. Pure. */

/** A bulk fix may always revoke roles from this many members: in a small guild one member can be more than a tenth. */
const ALWAYS_ALLOWED_PEOPLE = 3;

/** A larger relative drop in paying customers since the last good run is held: bad data is more likely than that many cancellations. */
const MAX_PAYER_DROP = 0.3;

/** Whether an issue's plan takes a managed role away. */
export function revokes(issue: Pick<DriftIssue, 'plan'>): boolean {
	return issue.plan.remove.length > 0;
}

/**
 * The safety check before any bulk fix. Plans that only grant roles are always safe.
 * @param maxRevokePercent - of the members who hold a managed role now
 * @returns why no role may be revoked, or null
 */
export function checkSafety(
	issues: readonly DriftIssue[],
	detection: Pick<Detection, 'roleHolders' | 'payingCustomers'>,
	lastGood: Pick<LastGoodRun, 'payingCustomers'> | null,
	maxRevokePercent: number
): Hold | null {
	const losing = issues.filter(revokes).length;
	const holders = detection.roleHolders;
	if (losing === 0) return null;
	if (losing > ALWAYS_ALLOWED_PEOPLE && losing * 100 > holders * maxRevokePercent) {
		return {
			losing,
			holders,
			reason: `This would remove a role from ${losing} of the ${holders} members who hold one (limit: ${maxRevokePercent}%).`
		};
	}
	return checkPayerDrop(issues, detection, lastGood);
}

/**
 * The part of the safety check that looks at the data, not at the plan: that many customers rarely stop paying at once.
 * @returns why no role may be revoked because of this data, or null
 */
export function checkPayerDrop(
	issues: readonly DriftIssue[],
	{ roleHolders, payingCustomers }: Pick<Detection, 'roleHolders' | 'payingCustomers'>,
	lastGood: Pick<LastGoodRun, 'payingCustomers'> | null
): Hold | null {
	const losing = issues.filter(revokes).length;
	const before = lastGood?.payingCustomers ?? 0;
	if (losing === 0 || payingCustomers >= before * (1 - MAX_PAYER_DROP)) return null;
	return {
		losing,
		holders: roleHolders,
		reason: `Stripe lists ${payingCustomers} paying customers; the last good run saw ${before}. That is a drop of more than ${MAX_PAYER_DROP * 100}%.`
	};
}

/**
 * Compares the size and mode of what Stripe returned with the last good run.
 * @returns what is wrong with it and what an operator can do, or null
 */
export function plausibilityProblem(billing: BillingSnapshot, lastGood: LastGoodRun | null, advice: BillingAdvice): string | null {
	if (lastGood === null) return null;
	if (lastGood.livemode === true && billing.livemode === false) {
		return `Stripe gave test data where the last good run read live data. ${advice.useLiveKey}`;
	}
	if (billing.subscriptionsRead === 0 && lastGood.subscriptionsRead > 0) {
		return `Stripe gave no subscription at all where the last good run read ${lastGood.subscriptionsRead}. ${advice.checkAccount}`;
	}
	return null;
}
