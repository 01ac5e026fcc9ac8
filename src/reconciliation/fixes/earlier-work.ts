import { isSubsetOf, rolesAfter, rolesEqual } from '../detection/role-plan.js';
import type { FixOutcome, Plan } from '../domain/issue.js';
import type { EarlierWork } from '../domain/ports.js';
import type { RoleName } from '../domain/rules.js';

/** What earlier attempts at a plan have done: after a crash, the rest of an approved plan is applied without asking again. Pure. */

/** A stored attempt at an issue, fixes and undos alike. */
export interface PastAttempt {
	readonly planHash: string;
	readonly plan: Plan;
	/** Null while in progress. */
	readonly outcome: FixOutcome | null;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
}

/** After these the issue was settled; what came before belongs to drift that was gone. */
const SETTLING: ReadonlySet<FixOutcome | null> = new Set<FixOutcome>(['FIXED', 'RESOLVED', 'EXEMPT', 'UNDONE']);

/**
 * What the attempts at one of these plans have done since the issue was last settled; null if they changed no role.
 * @param attempts - at one issue, oldest first
 */
export function earlierWork(attempts: readonly PastAttempt[], planHashes: readonly string[]): EarlierWork | null {
	const since = attempts.slice(attempts.findLastIndex(({ outcome }) => SETTLING.has(outcome)) + 1);
	const touched = since.filter((attempt) => planHashes.includes(attempt.planHash) && mayHaveTouched(attempt));
	const [first, last] = [touched.at(0), touched.at(-1)];
	if (first?.rolesBefore == null || last === undefined) return null;
	return { plan: first.plan, rolesBefore: first.rolesBefore, rolesAfter: last.rolesAfter ?? last.rolesBefore ?? first.rolesBefore };
}

/** `rolesBefore` is stored before the first role is changed. An interrupted attempt may have sent a change that was not made yet when it was recovered. */
function mayHaveTouched({ outcome, rolesBefore, rolesAfter: after }: PastAttempt): boolean {
	return rolesBefore !== null && (outcome === 'INTERRUPTED' || after === null || !rolesEqual(rolesBefore, after));
}

/**
 * Whether a plan takes back what earlier attempts changed, and nothing else: the member should have the roles from before after all, for
 * instance because they paid while a fix was waiting.
 * @param expected - the roles that it leads to
 */
export function isWayBack(plan: Plan, expected: readonly RoleName[], earlier: EarlierWork): boolean {
	const reversed = { add: earlier.plan.remove, remove: earlier.plan.add };
	return isSubsetOf(plan, reversed) && rolesEqual(expected, earlier.rolesBefore);
}

/** Whether a plan is what earlier attempts left of theirs: part of it, with the same result. @param expected - the roles that it leads to */
export function isRest(plan: Plan, expected: readonly RoleName[], earlier: EarlierWork): boolean {
	return isSubsetOf(plan, earlier.plan) && rolesEqual(expected, rolesAfter(earlier.rolesBefore, earlier.plan));
}
