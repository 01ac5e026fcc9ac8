import { accountChange } from '../domain/account-change.js';
import type { Detection } from '../domain/detection.js';
import { countEffects, takesAccess } from '../domain/effect.js';
import type { Hold } from '../domain/hold.js';
import type { DriftIssue } from '../domain/issue.js';
import type { BillingAdvice, LastGoodRun } from '../domain/ports.js';

/** Guards against mass revocation because of bad data. Pure. */

/** A bulk fix may always take access from this many members: in a small guild one member can be more than a tenth. */
const ALWAYS_ALLOWED_PEOPLE = 3;

/** A larger relative drop in paying customers since the last good run is held: bad data is more likely than that many cancellations. */
const MAX_PAYER_DROP = 0.3;

/** How many members automatic fixes have taken access from, or lowered it for. */
export interface TakenAccess {
	readonly removes: number;
	readonly lowers: number;
}

const NOTHING_TAKEN: TakenAccess = { removes: 0, lowers: 0 };

/** How far back {@link TakenAccess} counts. */
export const TAKEN_WITHIN_MS = 3_600_000;

/** What a run is compared with. */
export interface Baseline extends Pick<LastGoodRun, 'payingCustomers'> {
	/** Whether Stripe belongs to another account or mode since then: nothing is comparable, so what takes access is held. */
	readonly accountChanged?: boolean;
}

/** @param stripe - what Stripe gave to the run */
export function baselineOf(
	lastGood: Pick<LastGoodRun, 'livemode' | 'subscriptionsRead' | 'payingCustomers'> | null,
	stripe: Parameters<typeof accountChange>[0]
): Baseline | null {
	return lastGood === null ? null : { ...lastGood, accountChanged: accountChange(stripe, lastGood) !== null };
}

/**
 * The safety check before any bulk fix. Only plans that lower or remove access are counted, and held; all others are always safe.
 * @param maxRevokePercent - of the members who hold a managed role now
 * @param taken - what automatic fixes took within the last hour, which counts as part of it: many small steps are a bulk, too
 * @returns why no access may be taken, or null
 */
export function checkSafety(
	issues: readonly Pick<DriftIssue, 'effect'>[],
	detection: Pick<Detection, 'roleHolders' | 'payingCustomers'>,
	lastGood: Baseline | null,
	maxRevokePercent: number,
	taken: TakenAccess = NOTHING_TAKEN
): Hold | null {
	const { removes, lowers } = countEffects(issues);
	const losing = removes + lowers;
	const holders = detection.roleHolders;
	const before = taken.removes + taken.lowers;
	const total = losing + before;
	if (losing > 0 && total > ALWAYS_ALLOWED_PEOPLE && total * 100 > holders * maxRevokePercent) {
		const after = before === 0 ? '' : `, after automatic fixes took or lowered that of ${before} within the last hour`;
		return {
			losing,
			lowering: lowers,
			holders,
			reason: `This would ${takes(removes, lowers)} of the ${holders} members who hold a role${after} (limit: ${maxRevokePercent}%).`
		};
	}
	return checkPayerDrop(issues, detection, lastGood);
}

/**
 * The part of the safety check that looks at the data, not at the plan: that many customers rarely stop paying at once.
 * @returns why no access may be taken because of this data, or null
 */
export function checkPayerDrop(
	issues: readonly Pick<DriftIssue, 'effect'>[],
	{ roleHolders, payingCustomers }: Pick<Detection, 'roleHolders' | 'payingCustomers'>,
	lastGood: Baseline | null
): Hold | null {
	const { removes, lowers } = countEffects(issues);
	const losing = removes + lowers;
	const before = lastGood?.payingCustomers ?? 0;
	if (losing > 0 && lastGood?.accountChanged) {
		const reason =
			'Stripe gives the data of another account or mode than at the last good run, as an operator has accepted. People who pay there count as not paying.';
		return { losing, lowering: lowers, holders: roleHolders, reason };
	}
	if (losing === 0 || payingCustomers >= before * (1 - MAX_PAYER_DROP)) return null;
	return {
		losing,
		lowering: lowers,
		holders: roleHolders,
		reason: `Stripe lists ${payingCustomers} paying customers; the last good run saw ${before}. That is a drop of more than ${MAX_PAYER_DROP * 100}%.`
	};
}

/**
 * Separates what takes access only because of rules that no operator has accepted: it is never fixed automatically or in bulk.
 * @param unaccepted - whether the rules are still to be accepted
 */
export function withholdChanged<Issue extends Pick<DriftIssue, 'effect' | 'byRuleChange'>>(
	issues: readonly Issue[],
	unaccepted: boolean
): { readonly withheld: readonly Issue[]; readonly others: readonly Issue[] } {
	const isWithheld = (issue: Issue) => unaccepted && issue.byRuleChange === true && takesAccess(issue);
	return { withheld: issues.filter(isWithheld), others: issues.filter((issue) => !isWithheld(issue)) };
}

/**
 * Separates all that takes access while setup is not finished: no bulk fix takes it, automatic or not, and no operator's approval of a
 * bulk fix changes that.
 */
export function withholdDuringOnboarding<Issue extends Pick<DriftIssue, 'effect'>>(
	issues: readonly Issue[],
	isOnboarding: boolean
): { readonly withheld: readonly Issue[]; readonly others: readonly Issue[] } {
	const isWithheld = (issue: Issue) => isOnboarding && takesAccess(issue);
	return { withheld: issues.filter(isWithheld), others: issues.filter((issue) => !isWithheld(issue)) };
}

/** @param withheld - see {@link withholdChanged} @returns why their access is not taken; null if there are none */
export function checkRuleChange(
	withheld: readonly Pick<DriftIssue, 'effect'>[],
	{ roleHolders: holders }: Pick<Detection, 'roleHolders'>
): Hold | null {
	const { removes, lowers } = countEffects(withheld);
	if (removes + lowers === 0) return null;
	const reason = `The rules have changed, and no operator has accepted that. It alone would ${takes(removes, lowers)} of the ${holders} members who hold a role.`;
	return { losing: removes + lowers, lowering: lowers, holders, reason, byRuleChange: true };
}

/** "remove access from 23 and lower it for 4". */
function takes(removes: number, lowers: number): string {
	const lower = lowers === 0 ? '' : ` and lower it for ${lowers}`;
	return removes === 0 ? `lower access for ${lowers}` : `remove access from ${removes}${lower}`;
}

/**
 * Compares the size and mode of what Stripe returned with the last good run.
 * @returns what is wrong with it and what an operator can do, or null
 */
export function plausibilityProblem(
	stripe: Parameters<typeof accountChange>[0],
	lastGood: Pick<LastGoodRun, 'livemode' | 'subscriptionsRead' | 'accountAccepted'> | null,
	advice: BillingAdvice
): string | null {
	const change = accountChange(stripe, lastGood);
	if (change === null || lastGood === null || lastGood.accountAccepted) return null;
	const way = 'If Reeve is meant to work with that from now on, use `/reconcile accept-account`.';
	return change === 'test-data'
		? `Stripe gave test data where the last good run read live data. ${advice.useLiveKey} ${way}`
		: `Stripe gave no subscription at all where the last good run read ${lastGood.subscriptionsRead}. ${advice.checkAccount} ${way}`;
}
