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
