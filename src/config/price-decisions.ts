import { type Buys, NOTHING } from '../reconciliation/setup/setup.js';
import { isGiven, joined, OTHER_PRICES, pricesOf, pricesSetting } from './stored-settings.js';

/** What the settings say that a price buys, and the settings that say otherwise. */

type Environment = Readonly<Record<string, string | undefined>>;

interface PriceIds {
	readonly id: string;
	readonly productId: string;
}

const settingFor = (buys: Exclude<Buys, null>): string => (buys === NOTHING ? OTHER_PRICES : pricesSetting(buys));

/**
 * What a price buys by the settings; null if none lists it or its product.
 * @param values - the settings, completed by the answers
 * @param given - what is set outside of Discord
 */
export function decisionOn(
	{ id, productId }: PriceIds,
	values: Environment,
	tiers: readonly string[],
	given: Environment
): { readonly buys: Buys; readonly fixedBy: string | null } {
	const lists = (buys: Exclude<Buys, null>) => pricesOf(values[settingFor(buys)]).some((listed) => listed === id || listed === productId);
	// The highest tier decides, as in the policy.
	const buys = [...tiers].reverse().find(lists) ?? (lists(NOTHING) ? NOTHING : null);
	const setting = buys === null ? null : settingFor(buys);
	return { buys, fixedBy: setting !== null && isGiven(given, setting) ? setting : null };
}

/**
 * The lists of prices that change if this price buys something else.
 * @param catalog - all prices: a product that a list names stands for each of its prices
 */
export function decidePrice(
	{ id, productId }: PriceIds,
	buys: Buys,
	values: Environment,
	{ tiers, given, catalog }: { readonly tiers: readonly string[]; readonly given: Environment; readonly catalog: readonly PriceIds[] }
): Readonly<Record<string, string>> {
	const target = buys === null ? null : settingFor(buys);
	const siblings = catalog.filter((price) => price.productId === productId && price.id !== id).map((price) => price.id);
	const lists = [...tiers.map(pricesSetting), OTHER_PRICES].filter((name) => !isGiven(given, name));
	return Object.fromEntries(
		lists.flatMap((name): [string, string][] => {
			const before = pricesOf(values[name]);
			const others = before.filter((listed) => listed !== id && listed !== productId);
			// The other prices of a product that was listed keep what they buy.
			const kept = before.includes(productId) ? siblings : [];
			const after = joined([...new Set([...others, ...kept, ...(name === target ? [id] : [])])]);
			return after === joined(before) ? [] : [[name, after]];
		})
	);
}
