import { DEBTOR, type RoleName } from './rules.js';

/** What a plan does to the member's access. The order is that of a list of plans: what an operator has to look at comes first. */
export const EFFECTS = [
	/** Tier → no role, or Debtor, which gives no access. */
	'removes',
	/** Higher → lower tier. */
	'lowers',
	/** Access stays as it is: removes a role that gives nothing beyond what stays, or adds or removes Debtor without a tier. */
	'tidies',
	/** Lower → higher tier, or Debtor → tier. */
	'raises',
	/** No managed role → tier. */
	'grants'
] as const;

export type Effect = (typeof EFFECTS)[number];

interface Change {
	readonly add: readonly RoleName[];
	readonly remove: readonly RoleName[];
}

/**
 * The effect of a plan on a member.
 * @param held - the managed roles that the member has now
 * @param tiers - the roles that give access, lowest rank first: see `rankedRoles`
 */
export function effectOf(held: readonly RoleName[], { add, remove }: Change, tiers: readonly RoleName[]): Effect {
	const after = [...held.filter((role) => !remove.includes(role)), ...add];
	const rank = (roles: readonly RoleName[]) => tiers.findLastIndex((tier) => roles.includes(tier));
	if (rank(after) < rank(held)) return rank(after) === -1 ? 'removes' : 'lowers';
	if (rank(after) > rank(held)) return held.length === 0 ? 'grants' : 'raises';
	return 'tidies';
}

/** The effect of an issue that was stored without one, when the order of the tiers is unknown: a removed tier counts as the higher one. */
export function worstEffectOf(issue: {
	readonly discordRoles: readonly RoleName[];
	readonly expectedRoles: readonly RoleName[];
	readonly plan: Change;
}): Effect {
	const { discordRoles, expectedRoles, plan } = issue;
	const tiers = [...expectedRoles, ...plan.remove].filter((role) => role !== DEBTOR);
	return effectOf(discordRoles, plan, tiers);
}

/** Whether a plan takes access: only such plans are counted and held by the safety check. */
export function takesAccess({ effect }: { readonly effect: Effect }): boolean {
	return effect === 'removes' || effect === 'lowers';
}

/** How many plans have each effect. */
export type EffectCounts = Readonly<Record<Effect, number>>;

export function countEffects(issues: Iterable<{ readonly effect: Effect }>): EffectCounts {
	const counts = { removes: 0, lowers: 0, tidies: 0, raises: 0, grants: 0 };
	for (const { effect } of issues) counts[effect] += 1;
	return counts;
}
