import { type Effect, takesAccess } from '../domain/effect.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { Plan } from '../domain/issue.js';
import type { RoleName } from '../domain/rules.js';

/** Whether both lists have the same roles, in any order. */
export function rolesEqual(held: readonly RoleName[], expected: readonly RoleName[]): boolean {
	return held.every((role) => expected.includes(role)) && expected.every((role) => held.includes(role));
}

/** The plan that turns the held managed roles into the expected ones. Both of its lists are sorted, so that equal plans have equal hashes. */
export function diffRoles(held: readonly RoleName[], expected: readonly RoleName[]): Plan {
	return {
		add: expected.filter((role) => !held.includes(role)).sort(),
		remove: held.filter((role) => !expected.includes(role)).sort()
	};
}

/** The managed roles after a plan was applied. */
export function rolesAfter(held: readonly RoleName[], plan: Plan): readonly RoleName[] {
	return [...new Set([...held, ...plan.add])].filter((role) => !plan.remove.includes(role));
}

/** "Knight and Lord". */
export function formatRoles(roles: readonly RoleName[]): string {
	return roles.join(' and ') || 'no managed role';
}

/**
 * Fingerprint of a member, a plan and the access that it takes: binds a button to what it showed. The same plan takes nothing, some access
 * or all of it, depending on the other roles that the member has when it is made.
 */
export function planHash({
	discordId,
	plan,
	effect
}: {
	readonly discordId: string;
	readonly plan: Plan;
	readonly effect?: Effect;
}): string {
	const taken = effect !== undefined && takesAccess({ effect }) ? [effect] : [];
	return fingerprint(JSON.stringify([discordId, plan.add, plan.remove, ...taken]));
}

/** Whether every change of `plan` is also one of `other`. */
export function isSubsetOf(plan: Plan, other: Plan): boolean {
	return plan.add.every((role) => other.add.includes(role)) && plan.remove.every((role) => other.remove.includes(role));
}

/** Whether the held managed roles are those that the plan leads to. */
export function isApplied(plan: Plan, held: readonly RoleName[]): boolean {
	return plan.add.every((role) => held.includes(role)) && !plan.remove.some((role) => held.includes(role));
}
