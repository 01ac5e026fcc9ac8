import { fingerprint } from '../domain/fingerprint.js';
import type { Plan } from '../domain/issue.js';
import type { RoleName } from '../domain/rules.js';

/** Whether there is nothing to plan: so it is with nearly everybody. */
export function rolesEqual(held: readonly RoleName[], expected: readonly RoleName[]): boolean {
	return held.every((role) => expected.includes(role)) && expected.every((role) => held.includes(role));
}

/**
 * The plan that makes a person hold exactly the expected managed roles.
 * Both lists are sorted, so that the same plan always reads, and hashes, the same.
 */
export function diffRoles(held: readonly RoleName[], expected: readonly RoleName[]): Plan {
	return {
		add: expected.filter((role) => !held.includes(role)).sort(),
		remove: held.filter((role) => !expected.includes(role)).sort()
	};
}

/** "Knight and Lord". */
export function formatRoles(roles: readonly RoleName[]): string {
	return roles.join(' and ') || 'no managed role';
}

/** A short fingerprint (8 hex digits) that binds a button to the person and the plan it showed. */
export function planHash(discordId: string, plan: Plan): string {
	return fingerprint(JSON.stringify([discordId, plan.add, plan.remove]));
}

/** Whether a plan does nothing that the other does not do too. */
export function isSubsetOf(plan: Plan, whole: Plan): boolean {
	return plan.add.every((role) => whole.add.includes(role)) && plan.remove.every((role) => whole.remove.includes(role));
}

/** Whether these managed roles are what the plan leads to. */
export function isApplied(plan: Plan, held: readonly RoleName[]): boolean {
	return plan.add.every((role) => held.includes(role)) && !plan.remove.some((role) => held.includes(role));
}
