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
 * stored role or price is left out if the environment uses it for something else. What is stored twice counts for the highest tier: it was
 * moved while the environment did not name that tier.
 */
export function withStoredSettings(environment: Environment, stored: Environment): Environment {
	const given = Object.fromEntries(Object.entries(environment).filter(([name]) => isGiven(environment, name)));
	const tiers = tiersOf({ [TIERS]: stored[TIERS], ...given });
	const highestFirst = [...tiers].reverse();
	const usable = {
		...Object.fromEntries(storableSettings(tiers).map((name) => [name, stored[name] ?? ''])),
		...withoutTaken([...highestFirst, DEBTOR].map(roleSetting), given, stored, (role) => [role ?? '']),
		...withoutTaken([...highestFirst.map(pricesSetting), OTHER_PRICES], given, stored, pricesOf)
	};
	return { ...Object.fromEntries(Object.entries(usable).filter(([, value]) => value !== '')), ...given };
}

/** These stored settings, each without the entries that the environment or a setting before it has. */
function withoutTaken(
	names: readonly string[],
	given: Environment,
	stored: Environment,
	entriesOf: (value: string | undefined) => readonly string[]
): Readonly<Record<string, string>> {
	const taken = new Set(names.flatMap((name) => entriesOf(given[name])));
	const entries = names
		.filter((name) => !isGiven(given, name))
		.map((name): [string, string] => {
			const free = entriesOf(stored[name]).filter((entry) => !taken.has(entry));
			for (const entry of free) taken.add(entry);
			return [name, joined(free)];
		});
	return Object.fromEntries(entries);
}

/** The entries of a list of prices. */
export const pricesOf = (text: string | undefined): readonly string[] => priceIds.safeParse(text ?? '').data ?? [];

/** A list of prices as a variable has it. */
export const joined = (prices: readonly string[]): string => prices.join(',');
