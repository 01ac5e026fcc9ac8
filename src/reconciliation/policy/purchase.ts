import type { SubscriptionItem } from '../domain/billing.js';
import type { PolicySettings, RoleName, TeamSeat } from '../domain/rules.js';
import type { UnknownReason } from '../domain/unknown.js';

/** What a subscription buys, by its prices, while it is paid. */
export interface Purchase {
	/** The tier that it is known to buy; null if none. */
	readonly tier: RoleName | null;
	/** Why it may buy more. */
	readonly unknown: readonly UnknownReason[];
	/** Its prices that no setting lists. */
	readonly unlisted: readonly string[];
}

const NONE: readonly never[] = [];

/**
 * The highest of the items decides. A price counts by its own ID or its product's. A team's subscription gives each member the tier of
 * their seat, whichever tier its prices are of; if no price is mapped to any tier, whatever its prices are, except those that buy nothing.
 */
export function purchaseOf(items: readonly SubscriptionItem[], seat: TeamSeat | null, settings: PolicySettings): Purchase {
	const { tiers, otherPrices, unlistedPrices, seats } = settings;
	const lists = (prices: readonly string[], { price, product }: SubscriptionItem) => prices.includes(price) || prices.includes(product);
	let highest = -1;
	let unlisted: readonly string[] = NONE;
	for (const item of items) {
		const rank = tiers.findLastIndex(({ prices }) => lists(prices, item));
		if (rank > highest) highest = rank;
		if (rank === -1 && !lists(otherPrices, item)) unlisted = [...unlisted, item.price];
	}
	const listed = tiers[highest]?.name ?? null;
	if (unlisted.length === 0) return { tier: listed === null || seat === null ? listed : seats[seat], unknown: NONE, unlisted };
	if (seat !== null) {
		const buys = listed !== null || unlistedPrices.buy === 'tier' || tiers.every(({ prices }) => prices.length === 0);
		if (buys) return { tier: seats[seat], unknown: NONE, unlisted };
	} else if (unlistedPrices.buy === 'tier') {
		const rank = tiers.findIndex(({ name }) => name === unlistedPrices.tier);
		return { tier: rank > highest ? unlistedPrices.tier : listed, unknown: NONE, unlisted };
	}
	// Beside the highest tier, nothing else can buy more.
	const isSettled = unlistedPrices.buy === 'nothing' || highest === tiers.length - 1;
	return { tier: listed, unknown: isSettled ? NONE : unlisted.map((price) => ({ kind: 'price', price })), unlisted };
}
