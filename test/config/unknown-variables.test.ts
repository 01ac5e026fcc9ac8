import { describe, expect, it } from 'vitest';
import { findUnknownVariables } from '../../src/config/unknown-variables.js';

const KNOWN = ['RECONCILIATION_HOUR', 'DISCORD_TOKEN', 'DISCORD_KNIGHT_ROLE', 'STRIPE_KNIGHT_PRICE_IDS', 'LOG_LEVEL'];
const warningsFor = (name: string) => findUnknownVariables({ [name]: 'a value' }, KNOWN, ['Knight']);

describe('findUnknownVariables', () => {
	it.each([
		['one wrong letter', 'DISCORD_TOKEM', 'DISCORD_TOKEN'],
		['swapped letters', 'DISCORD_TOKNE', 'DISCORD_TOKEN'],
		['two missing letters', 'RECONCILITON_HOUR', 'RECONCILIATION_HOUR'],
		['one letter too many', 'RECONCILIATION_HOURS', 'RECONCILIATION_HOUR'],
		['two typos in the prefix', 'DISKORT_TOKEN', 'DISCORD_TOKEN']
	])('suggests the setting meant by a name with %s', (_, name, meant) => {
		expect(warningsFor(name)).toEqual([`${name} is not a setting and has no effect. Did you mean ${meant}?`]);
	});

	it('suggests the closest setting', () => {
		const known = ['STRIPE_LORD_PRICE_IDS', 'STRIPE_LARD_PRICE_IDS'];
		expect(findUnknownVariables({ STRIPE_LARDS_PRICE_IDS: '' }, known, [])).toEqual([
			'STRIPE_LARDS_PRICE_IDS is not a setting and has no effect. Did you mean STRIPE_LARD_PRICE_IDS?'
		]);
	});

	it('allows three typos after our prefix, and no more', () => {
		expect(warningsFor('DISCORD_TOKENXXX')).toEqual(['DISCORD_TOKENXXX is not a setting and has no effect. Did you mean DISCORD_TOKEN?']);
		expect(warningsFor('DISCORD_TOKENXXXX')).toEqual(['DISCORD_TOKENXXXX is not a setting and has no effect.']);
	});

	it('ignores names without our prefix that have more than two typos', () => {
		expect(warningsFor('DISKORT_TOKEM')).toEqual([]);
		expect(warningsFor('PATH')).toEqual([]);
	});

	it('names the tiers when a variable has the form of a tier setting', () => {
		expect(warningsFor('DISCORD_BARON_ROLE')).toEqual([
			'DISCORD_BARON_ROLE matches no tier and has no effect: RECONCILIATION_TIERS lists Knight.'
		]);
	});

	it('says nothing about known settings', () => {
		expect(findUnknownVariables(Object.fromEntries(KNOWN.map((name) => [name, ''])), KNOWN, ['Knight'])).toEqual([]);
	});
});
