import { DEBTOR } from '../reconciliation/domain/rules.js';
import { priceIds, tierKey, tierNames } from './values.js';

/** Settings that an operator chose in Discord, and how they complete those of the environment. */

type Environment = Readonly<Record<string, string | undefined>>;

export const ADMIN_CHANNEL = 'DISCORD_ADMIN_CHANNEL_ID';
export const TIERS = 'RECONCILIATION_TIERS';
export const OTHER_PRICES = 'STRIPE_OTHER_PRICE_IDS';

/** The variable that names the guild role of a tier, or of Debtor. */
export const roleSetting = (role: string): string => `DISCORD_${tierKey(role)}_ROLE`;
/** The variable that lists the prices of a tier. */
export const pricesSetting = (tier: string): string => `STRIPE_${tierKey(tier)}_PRICE_IDS`;

/** The tiers that an environment names, lowest first. */
export function tiersOf(environment: Environment): readonly string[] {
	return tierNames.safeParse(environment[TIERS]?.trim() || DEFAULT_TIERS.join(',')).data ?? DEFAULT_TIERS;
}

export const DEFAULT_TIERS: readonly string[] = ['Knight', 'Lord'];

/** The settings that may be chosen in Discord, given these tiers. */
export function storableSettings(tiers: readonly string[]): readonly string[] {
	return [ADMIN_CHANNEL, TIERS, OTHER_PRICES, ...[...tiers, DEBTOR].map(roleSetting), ...tiers.map(pricesSetting)];
}

/** Whether an environment sets this. A blank value in a `.env` file counts as not set. */
export const isGiven = (environment: Environment, name: string): boolean => (environment[name] ?? '').trim() !== '';

/**
 * The environment, completed by stored settings. What the environment says has precedence, and what is stored must not contradict it: a
 * stored role or price is left out if the environment uses it for something else.
 */
export function withStoredSettings(environment: Environment, stored: Environment): Environment {
	const given = Object.fromEntries(Object.entries(environment).filter(([name]) => isGiven(environment, name)));
	const tiers = tiersOf({ [TIERS]: stored[TIERS], ...given });
	const takenRoles = new Set([...tiers, DEBTOR].map(roleSetting).flatMap((name) => given[name] ?? []));
	const priceSettings = [...tiers.map(pricesSetting), OTHER_PRICES];
	const takenPrices = new Set(priceSettings.flatMap((name) => pricesOf(given[name])));
	const usable = storableSettings(tiers).flatMap((name): [string, string][] => {
		const value = stored[name];
		if (value === undefined || value === '') return [];
		if (priceSettings.includes(name)) return [[name, joined(pricesOf(value).filter((price) => !takenPrices.has(price)))]];
		return takenRoles.has(value) ? [] : [[name, value]];
	});
	return { ...Object.fromEntries(usable), ...given };
}

/** The entries of a list of prices. */
export const pricesOf = (text: string | undefined): readonly string[] => priceIds.safeParse(text ?? '').data ?? [];

/** A list of prices as a variable has it. */
export const joined = (prices: readonly string[]): string => prices.join(',');
