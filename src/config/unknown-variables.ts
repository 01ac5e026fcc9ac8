/** Every setting of Reeve's own begins with one of these. */
const PREFIXES = ['RECONCILIATION_', 'DISCORD_', 'STRIPE_'];

/** Letters that may be wrong, left out or too many in a name for it still to be recognised. */
const MAX_TYPOS = 3;
/** Fewer in a name that has not even our prefix: it may well belong to another program. */
const MAX_TYPOS_WITHOUT_PREFIX = 2;

/**
 * Warnings about variables that look like settings of Reeve and are none: a misspelt setting would otherwise be a default
 * that nobody chose. Values are not shown.
 */
export function findUnknownVariables(
	given: Readonly<Record<string, unknown>>,
	known: readonly string[],
	tiers: readonly string[]
): string[] {
	const ours = known.filter((name) => PREFIXES.some((prefix) => name.startsWith(prefix)));
	return Object.keys(given)
		.filter((name) => !known.includes(name))
		.flatMap((name) => {
			const prefixed = PREFIXES.some((prefix) => name.startsWith(prefix));
			const meant = nearest(name, ours, prefixed ? MAX_TYPOS : MAX_TYPOS_WITHOUT_PREFIX);
			if (meant !== null) return [`${name} is not a setting and has no effect. Did you mean ${meant}?`];
			if (!prefixed) return [];
			if (/^(DISCORD_\w+_ROLE|STRIPE_\w+_PRICE_IDS)$/.test(name))
				return [`${name} belongs to no tier and has no effect: RECONCILIATION_TIERS names ${tiers.join(', ')}.`];
			return [`${name} is not a setting and has no effect.`];
		});
}

function nearest(name: string, candidates: readonly string[], maxSlips: number): string | null {
	let best: string | null = null;
	let fewest = maxSlips + 1;
	for (const candidate of candidates) {
		const count = levenshtein(name, candidate);
		if (count < fewest) [best, fewest] = [candidate, count];
	}
	return best;
}

/** Levenshtein's distance: how many letters must be changed, added or taken away to make one name of the other. */
function levenshtein(from: string, to: string): number {
	let row = Array.from({ length: to.length + 1 }, (_, index) => index);
	for (let i = 1; i <= from.length; i++) {
		const next = [i];
		for (let j = 1; j <= to.length; j++) {
			const kept = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
			next.push(Math.min(kept, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
		}
		row = next;
	}
	return row[to.length] ?? 0;
}
