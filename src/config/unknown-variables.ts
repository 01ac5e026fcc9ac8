import { closestMatch } from 'leven';

/** Prefixes of Reeve's own settings. */
const PREFIXES = ['RECONCILIATION_', 'DISCORD_', 'STRIPE_'];

/** Edits between a variable's name and the setting it is taken for. */
const MAX_TYPOS = 3;
/** Fewer for a name without our prefix: it may belong to another program. */
const MAX_TYPOS_WITHOUT_PREFIX = 2;

/**
 * Warns of variables that look like settings but are not: a misspelt setting would silently keep its default. The warnings name
 * variables and never quote values.
 */
export function findUnknownVariables(
	given: Readonly<Record<string, unknown>>,
	known: readonly string[],
	tiers: readonly string[]
): string[] {
	const hasPrefix = (name: string) => PREFIXES.some((prefix) => name.startsWith(prefix));
	const candidates = known.filter(hasPrefix);
	return Object.keys(given)
		.filter((name) => !known.includes(name))
		.flatMap((name) => {
			const meant = closestMatch(name, candidates, { maxDistance: hasPrefix(name) ? MAX_TYPOS : MAX_TYPOS_WITHOUT_PREFIX });
			if (meant !== undefined) return [`${name} is not a setting and has no effect. Did you mean ${meant}?`];
			if (!hasPrefix(name)) return [];
			if (/^(DISCORD_\w+_ROLE|STRIPE_\w+_PRICE_IDS)$/.test(name))
				return [`${name} matches no tier and has no effect: RECONCILIATION_TIERS lists ${tiers.join(', ')}.`];
			return [`${name} is not a setting and has no effect.`];
		});
}
