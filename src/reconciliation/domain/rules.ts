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

/** A managed role that no price buys: only {@link Adjust} gives it. It counts as access. */
export interface ExtraRole {
	readonly name: RoleName;
	/** The tier that it ranks just above; by default it ranks below the lowest one. */
	readonly above?: RoleName;
}

/** What a member should have: one managed role, or none. */
export interface ExpectedRole {
	readonly role: RoleName | null;
}

/** What {@link Adjust} knows about a member. */
export interface AdjustedPerson {
	readonly discordId: string;
	/** The managed roles that they hold now, sorted. */
	readonly roles: readonly RoleName[];
	/** Fields of their row that the `people` adapter adds; empty without a row. */
	readonly extra: Readonly<Record<string, unknown>>;
}

/**
 * A server's own rule for what Stripe does not decide: returns `expected`, or another managed role. Must be pure and synchronous, because it
 * is asked in a run, again before each change of roles, and by `/reconcile why`.
 */
export type Adjust = (expected: ExpectedRole, person: AdjustedPerson) => ExpectedRole;

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
	/** In the order of their ranks among those above the same tier, lowest first. */
	readonly extraRoles?: readonly ExtraRole[];
	/** Has the last word on every member of whom enough is known. A function: not part of the rules that are stored and compared. */
	readonly adjust?: Adjust;
}

/** The managed roles that count as access, lowest rank first. */
export function rankedRoles({ tiers, extraRoles = [] }: Pick<PolicySettings, 'tiers' | 'extraRoles'>): readonly RoleName[] {
	const above = (tier: RoleName | undefined) => extraRoles.filter((extra) => extra.above === tier).map(({ name }) => name);
	return [...above(undefined), ...tiers.flatMap(({ name }) => [name, ...above(name)])];
}

/** Every role that Reeve may grant and revoke. */
export function managedRoles(settings: Pick<PolicySettings, 'tiers' | 'extraRoles'>): readonly RoleName[] {
	return [...rankedRoles(settings), DEBTOR];
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

function canonical({ policy: { adjust: _, extraRoles = [], ...policy }, roleIds, discordIdKey }: Rules): string {
	const tiers = policy.tiers.map(({ name, prices }) => ({ name, prices: prices.toSorted() }));
	// Left out if empty, as versions without them stored it.
	const extra = extraRoles.length === 0 ? {} : { extraRoles };
	const sorted = { policy: { ...policy, ...extra, tiers, otherPrices: policy.otherPrices.toSorted() }, roleIds, discordIdKey };
	return JSON.stringify(sorted, (_key, value: unknown) =>
		typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.fromEntries(Object.entries(value).sort()) : value
	);
}

/** Rules that an older version stored, with the current values of the settings that it did not know. */
export function completeRules(stored: Rules, current: Rules): Rules {
	return { ...current, ...stored, policy: { ...current.policy, ...stored.policy } };
}
