export type SeatTier = 'OWNER' | 'TEAM_MEMBER' | 'INDIVIDUAL';

/** The name of a managed role as the settings know it: a tier's name, or {@link DEBTOR}. Discord's ID for it is the Guild's business. */
export type RoleName = string;

/** The managed role of those whose payment is overdue. */
export const DEBTOR: RoleName = 'Debtor';

/** What a seat or a price buys. `prices` holds Stripe price and product IDs. */
export interface Tier {
	readonly name: RoleName;
	readonly prices: readonly string[];
}

/** What the policy is told by the settings. */
export interface PolicySettings {
	/** Lowest rank first. */
	readonly tiers: readonly Tier[];
	/** The tier each kind of seat buys. `INDIVIDUAL` is what a personal subscription gives where no price is mapped at all. */
	readonly seats: Readonly<Record<SeatTier, RoleName>>;
	readonly graceHours: number;
	readonly debtorDays: number;
}
