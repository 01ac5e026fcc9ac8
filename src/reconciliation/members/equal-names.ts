import { type Cooperative, forEachYielding } from '../../async/cooperative.js';

/** Finds what is called the same on two sides. Pure, and the same from either side. */

/** Shorter names are equal by chance. In characters of the normalised name. */
const MIN_LENGTH = 3;

/** Longer names are compared by their beginning, so that one name cannot take much time. */
const MAX_LENGTH = 200;

/** Accents and other marks on Latin, Greek and Cyrillic letters. Marks of other scripts are part of the letter, as vowels are. */
const DIACRITICS = /[\u0300-\u036F]/g;

/**
 * A name without case, spaces, diacritics and punctuation: "Ada_L." is "adal", and "Zoë" is "zoe".
 * @returns null if fewer than 3 characters are left, for such a name is compared with none
 */
export function normaliseName(name: string): string | null {
	const letters = name
		.slice(0, MAX_LENGTH)
		.normalize('NFKD')
		.replace(DIACRITICS, '')
		.replace(/[^\p{L}\p{M}\p{N}]/gu, '');
	// Upper case first: "ß" and "SS" become equal.
	const normalised = letters.toUpperCase().toLowerCase().normalize('NFKD').replace(DIACRITICS, '');
	return [...normalised].length < MIN_LENGTH ? null : normalised;
}

/** Normalises names, each once, leaving out what is missing or too short. */
export function normaliseNames(names: readonly (string | null | undefined)[]): readonly string[] {
	return [...new Set(names.flatMap((name) => (name ? (normaliseName(name) ?? []) : [])))];
}

export interface Named {
	readonly id: string;
	/** Normalised, each once. */
	readonly names: readonly string[];
}

/** Those that are connected by names which both sides have. Only one on each side is a pair; more are ambiguous. */
export interface NameMatch {
	/** The names that both sides have, sorted. */
	readonly names: readonly string[];
	/** IDs, sorted. Never empty. */
	readonly left: readonly string[];
	readonly right: readonly string[];
}

/** Every ID is in at most one match. Matches are sorted by name. */
export function* matchNames(left: readonly Named[], right: readonly Named[]): Cooperative<readonly NameMatch[]> {
	const lefts = yield* byName(left);
	const rights = yield* byName(right);
	const seen = new Set<string>();
	const matches: NameMatch[] = [];
	yield* forEachYielding(lefts.keys(), (first) => {
		if (seen.has(first) || !rights.has(first)) return;
		const found = { names: new Set([first]), left: new Set<string>(), right: new Set<string>() };
		// A set that grows while it is iterated: what is added is visited too.
		for (const name of found.names) {
			seen.add(name);
			for (const [side, ids] of [[lefts, found.left] as const, [rights, found.right] as const]) {
				for (const named of side.get(name) ?? []) {
					if (ids.has(named.id)) continue;
					ids.add(named.id);
					for (const other of named.names) if (lefts.has(other) && rights.has(other)) found.names.add(other);
				}
			}
		}
		matches.push({ names: [...found.names].sort(), left: [...found.left].sort(), right: [...found.right].sort() });
	});
	return matches.sort((a, b) => ((a.names[0] ?? '') < (b.names[0] ?? '') ? -1 : 1));
}

function* byName(all: readonly Named[]): Cooperative<ReadonlyMap<string, readonly Named[]>> {
	const named = new Map<string, Named[]>();
	yield* forEachYielding(all, (each) => {
		for (const name of each.names) {
			const others = named.get(name);
			if (others === undefined) named.set(name, [each]);
			else others.push(each);
		}
	});
	return named;
}
