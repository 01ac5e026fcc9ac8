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

/** The settings that the policy depends on. */
export interface PolicySettings {
	/** Lowest rank first. */
	readonly tiers: readonly Tier[];
	/** The tier of each kind of seat. `INDIVIDUAL` is that of a personal subscription when no price is mapped to any tier. */
	readonly seats: Readonly<Record<SeatTier, RoleName>>;
	readonly graceHours: number;
	readonly debtorDays: number;
}
