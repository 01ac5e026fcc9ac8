import type { BillingSnapshot } from '../domain/billing.js';
import type { Detection } from '../domain/detection.js';
import type { Hold } from '../domain/hold.js';
import type { DriftIssue } from '../domain/issue.js';
import type { BillingAdvice, LastGoodRun } from '../domain/ports.js';

/** What stands between a wrong reading and somebody's access. Pure: values in, verdicts out. */

/** A bulk fix may always take roles from this many people: in a small guild any one person is more than a tenth. */
const ALWAYS_ALLOWED_PEOPLE = 3;

/** A reading with so many fewer paying customers than the last good one is held: it is rather Stripe that is wrong than so many people. */
const MAX_PAYER_DROP = 0.3;

/** Whether an issue's plan takes a managed role from somebody. */
export function revokes(issue: Pick<DriftIssue, 'plan'>): boolean {
	return issue.plan.remove.length > 0;
}

/**
 * The safety check, before any bulk fix.
 * @param maxRevokePercent - of those who hold a managed role now
 * @returns why nothing may be taken, or null if all may go ahead; what only gives may always go ahead
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
			reason: `${losing} of the ${holders} people who hold a managed role would lose one: more than ${maxRevokePercent} %.`
		};
	}
	return checkPayerDrop(issues, detection, lastGood);
}

/**
 * The part of the safety check that is about the reading, not about the plan: so many customers rarely stop paying at once.
 * @returns why nothing may be taken on the strength of this reading, or null
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
		reason: `Stripe shows ${payingCustomers} paying customers where the last good run saw ${before}: a fall of more than ${MAX_PAYER_DROP * 100} %.`
	};
}

/**
 * Whether what Stripe gave can be the whole of it.
 * @returns what is wrong with it, in the operator's words, or null
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
