import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runToCompletion } from '../../../src/async/cooperative.js';
import { matchNames, type Named, type NameMatch, normaliseName, normaliseNames } from '../../../src/reconciliation/members/equal-names.js';

const match = (left: readonly Named[], right: readonly Named[]) => runToCompletion(matchNames(left, right));
const named = (id: string, ...names: string[]): Named => ({ id, names: normaliseNames(names) });
const swapped = ({ names, left, right }: NameMatch): NameMatch => ({ names, left: right, right: left });

/** From few names, so that many are equal. */
const side = (prefix: string) =>
	fc
		.array(fc.uniqueArray(fc.constantFrom('ada', 'bob', 'cleo', 'dora', 'emil'), { maxLength: 3 }), { maxLength: 8 })
		.map((all) => all.map((names, index) => ({ id: `${prefix}${index}`, names })));

describe('normaliseName', () => {
	it.each([
		['Ada_Lovelace', 'ada lovelace.'],
		['ZOË', 'zoe\u0308'],
		['José-María', 'josemaria'],
		['Straße', 'STRASSE'],
		['ΟΔΟΣ', 'οδος'],
		['ａｄａ', 'Ada 🌟'],
		['a\u200Bd\u202Ea', 'ADA'],
		[`Z${'\u0301'.repeat(40)}oe`, 'zoe']
	])('makes %s and %s equal', (one, other) => {
		expect(normaliseName(one)).toBe(normaliseName(other));
		expect(normaliseName(one)).not.toBeNull();
	});

	it.each(['ab', 'a.b', '   ', '🌟🌟🌟', '\u0301\u0301\u0301', '', '𝒶𝒷'])('compares %s with no name', (name) => {
		expect(normaliseName(name)).toBeNull();
	});

	it('keeps the vowels of scripts that write them as marks', () => {
		expect(normaliseName('किताब')).not.toBe(normaliseName('कतब'));
	});

	it('changes nothing when it is repeated, and leaves at least 3 characters', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 10 }), (name) => {
				const once = normaliseName(name);
				if (once === null) return;
				expect(normaliseName(once)).toBe(once);
				expect([...once].length).toBeGreaterThanOrEqual(3);
			})
		);
	});
});

describe('matchNames', () => {
	it('pairs those of whom each side has one', () => {
		const people = [named('p1', 'Ada', 'countess'), named('p2', 'Bob')];
		const customers = [named('c1', 'ADA', 'ada.l'), named('c2', 'Cleo')];
		expect(match(people, customers)).toEqual([{ names: ['ada'], left: ['p1'], right: ['c1'] }]);
	});

	it('pairs no one if a name is on one side twice', () => {
		const [one, two] = [named('p1', 'Ada'), named('p2', 'ada!')];
		expect(match([one, two], [named('c1', 'Ada')])).toEqual([{ names: ['ada'], left: ['p1', 'p2'], right: ['c1'] }]);
	});

	it('pairs no one who has two names of two customers', () => {
		const customers = [named('c1', 'Ada'), named('c2', 'Bob')];
		expect(match([named('p1', 'Ada', 'Bob')], customers)).toEqual([{ names: ['ada', 'bob'], left: ['p1'], right: ['c1', 'c2'] }]);
	});

	it('is symmetric', () => {
		fc.assert(
			fc.property(side('p'), side('c'), (left, right) => {
				expect(match(right, left).map(swapped)).toEqual(match(left, right));
			})
		);
	});

	it('does not depend on the order', () => {
		fc.assert(
			fc.property(side('p'), side('c'), (left, right) => {
				expect(match(left.toReversed(), right.toReversed())).toEqual(match(left, right));
			})
		);
	});

	it('finds a pair exactly if neither has an equal name with anyone else', () => {
		const equal = (one: Named, other: Named) => one.names.some((name) => other.names.includes(name));
		fc.assert(
			fc.property(side('p'), side('c'), (left, right) => {
				const pairs = left.flatMap((one) => {
					const [only, ...others] = right.filter((other) => equal(one, other));
					if (only === undefined || others.length > 0 || left.some((other) => other !== one && equal(other, only))) return [];
					return `${one.id} ${only.id}`;
				});
				const found = match(left, right).filter((each) => each.left.length === 1 && each.right.length === 1);
				expect(found.map((each) => `${each.left[0]} ${each.right[0]}`).sort()).toEqual(pairs.sort());
			})
		);
	});

	it('puts everyone with an equal name into exactly one match', () => {
		fc.assert(
			fc.property(side('p'), side('c'), (left, right) => {
				const ids = match(left, right).flatMap((each) => [...each.left, ...each.right]);
				const equal = (one: Named, others: readonly Named[]) =>
					others.some((other) => one.names.some((name) => other.names.includes(name)));
				const expected = [...left.filter((one) => equal(one, right)), ...right.filter((one) => equal(one, left))];
				expect(ids.sort()).toEqual(expected.map(({ id }) => id).sort());
			})
		);
	});
});
