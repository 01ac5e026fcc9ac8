import { fingerprint } from './fingerprint.js';

export type SeatTier = 'OWNER' | 'TEAM_MEMBER' | 'INDIVIDUAL';

/** The name of a managed role in the settings: a tier's name or {@link DEBTOR}. Only the Guild adapter knows its Discord ID. */
export type RoleName = string;

/** The managed role of members whose payment is overdue beyond the grace period. */
export const DEBTOR: RoleName = 'Debtor';

/** A level of access. `prices`: Stripe price and product IDs. */
export interface Tier {
	readonly name: RoleName;
	readonly prices: readonly string[];
}

/** A seat that a team pays for. */
export type TeamSeat = Exclude<SeatTier, 'INDIVIDUAL'>;

/** What a price buys that is listed neither for a tier nor among those that buy nothing. */
export type UnlistedPrices = { readonly buy: 'unknown' | 'nothing' } | { readonly buy: 'tier'; readonly tier: RoleName };

/** The settings that the policy depends on. */
export interface PolicySettings {
	/** Lowest rank first. */
	readonly tiers: readonly Tier[];
	/** Price and product IDs that buy nothing. */
	readonly otherPrices: readonly string[];
	readonly unlistedPrices: UnlistedPrices;
	/** The tier of each kind of seat. */
	readonly seats: Readonly<Record<TeamSeat, RoleName>>;
	readonly graceHours: number;
	readonly debtorDays: number;
}

/** Everything that decides which managed roles a member should have. Stored with each run. */
export interface Rules {
	readonly policy: PolicySettings;
	/** Discord IDs of the managed roles, by name. */
	readonly roleIds: Readonly<Record<RoleName, string>>;
	/** The metadata key in Stripe that holds a Discord ID. */
	readonly discordIdKey: string;
}

/** Equal for rules that decide alike: the order of the prices of a tier does not matter. */
export function rulesHash(rules: Rules): string {
	return fingerprint(canonical(rules));
}

export function rulesEqual(one: Rules, other: Rules): boolean {
	return canonical(one) === canonical(other);
}

function canonical({ policy, roleIds, discordIdKey }: Rules): string {
	const tiers = policy.tiers.map(({ name, prices }) => ({ name, prices: prices.toSorted() }));
	const sorted = { policy: { ...policy, tiers, otherPrices: policy.otherPrices.toSorted() }, roleIds, discordIdKey };
	return JSON.stringify(sorted, (_key, value: unknown) =>
		typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value
	);
}

/** Rules that an older version stored, with the current values of the settings that it did not know. */
export function completeRules(stored: Rules, current: Rules): Rules {
	return { ...current, ...stored, policy: { ...current.policy, ...stored.policy } };
}
