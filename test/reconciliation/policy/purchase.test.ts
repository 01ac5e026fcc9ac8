import { describe, expect, it } from 'vitest';
import type { PolicySettings, TeamSeat, UnlistedPrices } from '../../../src/reconciliation/domain/rules.js';
import { purchaseOf } from '../../../src/reconciliation/policy/purchase.js';
import { itemsOf, MAPPED, UNMAPPED } from '../builders.js';

const UNKNOWN_PRICES: readonly UnlistedPrices[] = [{ buy: 'unknown' }, { buy: 'nothing' }, { buy: 'tier', tier: 'Lord' }];
const bought = (prices: readonly string[], seat: TeamSeat | null = null, settings: PolicySettings = MAPPED) =>
	purchaseOf(itemsOf(...prices), seat, settings);
const unknown = (...prices: readonly string[]) => prices.map((price) => ({ kind: 'price', price }));

describe('purchaseOf: a personal subscription to listed prices', () => {
	it.each([
		['a price of Knight', ['price_knight'], 'Knight'],
		['a price of Lord', ['price_lord'], 'Lord'],
		['the highest of its items, the lower first', ['price_knight', 'price_lord'], 'Lord'],
		['the highest of its items, the higher first', ['price_lord', 'price_knight'], 'Lord'],
		['a mapped item beside one that buys nothing', ['price_tshirt', 'price_knight'], 'Knight'],
		['a price that buys nothing', ['price_tshirt'], null],
		['no item at all', [], null]
	])('is known, whatever unlisted prices buy: %s', (_, prices, tier) => {
		for (const unlistedPrices of UNKNOWN_PRICES)
			expect(bought(prices, null, { ...MAPPED, unlistedPrices })).toEqual({ tier, unknown: [], unlisted: [] });
	});

	it.each([
		['prod_knight', 'Knight'],
		['prod_lord', 'Lord'],
		['prod_tshirt', null]
	])('counts by its product %s', (product, tier) => {
		expect(purchaseOf([{ price: 'price_2019', product }], null, MAPPED)).toEqual({ tier, unknown: [], unlisted: [] });
	});

	it('buys the tier of its price or product, even if the other is listed as buying nothing', () => {
		expect(purchaseOf([{ price: 'price_tshirt', product: 'prod_lord' }], null, MAPPED).tier).toBe('Lord');
		expect(purchaseOf([{ price: 'price_lord', product: 'prod_tshirt' }], null, MAPPED).tier).toBe('Lord');
	});

	it('ranks any number of tiers as they are listed', () => {
		const settings: PolicySettings = { ...MAPPED, tiers: [...MAPPED.tiers, { name: 'Duke', prices: ['price_duke'] }] };
		expect(bought(['price_duke', 'price_lord'], null, settings).tier).toBe('Duke');
	});
});

describe('purchaseOf: a personal subscription to an unlisted price', () => {
	it('is unknown by default', () => {
		expect(bought(['price_new'])).toEqual({ tier: null, unknown: unknown('price_new'), unlisted: ['price_new'] });
		expect(bought(['price_new', 'price_eur', 'price_tshirt']).unknown).toEqual(unknown('price_new', 'price_eur'));
	});

	it('gives what the other items buy, and may buy more', () => {
		expect(bought(['price_new', 'price_knight'])).toEqual({ tier: 'Knight', unknown: unknown('price_new'), unlisted: ['price_new'] });
	});

	it('cannot buy more than the highest tier', () => {
		expect(bought(['price_new', 'price_lord'])).toEqual({ tier: 'Lord', unknown: [], unlisted: ['price_new'] });
	});

	it('buys nothing if the settings say so', () => {
		const settings: PolicySettings = { ...MAPPED, unlistedPrices: { buy: 'nothing' } };
		expect(bought(['price_new'], null, settings)).toEqual({ tier: null, unknown: [], unlisted: ['price_new'] });
		expect(bought(['price_new', 'price_knight'], null, settings).tier).toBe('Knight');
	});

	it.each([
		['Knight', ['price_new'], 'Knight'],
		['Knight', ['price_new', 'price_lord'], 'Lord'],
		['Lord', ['price_new', 'price_knight'], 'Lord'],
		['Lord', ['price_tshirt'], null]
	])('buys %s if the settings say so: %j gives %s', (tier, prices, expected) => {
		const settings: PolicySettings = { ...MAPPED, unlistedPrices: { buy: 'tier', tier } };
		expect(bought(prices, null, settings)).toMatchObject({ tier: expected, unknown: [] });
	});

	it('is every personal subscription if no price is mapped, except one that buys nothing', () => {
		expect(bought(['price_knight'], null, UNMAPPED)).toEqual({ tier: null, unknown: unknown('price_knight'), unlisted: ['price_knight'] });
		expect(bought(['price_tshirt'], null, UNMAPPED)).toEqual({ tier: null, unknown: [], unlisted: [] });
	});
});

describe('purchaseOf: a seat of a team', () => {
	it.each<[TeamSeat, string]>([
		['OWNER', 'Lord'],
		['TEAM_MEMBER', 'Knight']
	])('%s is of the tier %s, whichever mapped price the team pays', (seat, tier) => {
		for (const prices of [['price_knight'], ['price_lord'], ['price_new', 'price_knight']])
			expect(bought(prices, seat)).toMatchObject({ tier, unknown: [] });
		expect(bought(['price_whatever'], seat, UNMAPPED)).toMatchObject({ tier, unknown: [] });
		expect(bought(['price_new'], seat, { ...MAPPED, unlistedPrices: { buy: 'tier', tier: 'Lord' } })).toMatchObject({ tier, unknown: [] });
	});

	it('is nothing if the team pays for what buys nothing', () => {
		for (const settings of [MAPPED, UNMAPPED])
			expect(bought(['price_tshirt'], 'OWNER', settings)).toEqual({ tier: null, unknown: [], unlisted: [] });
		expect(bought(['price_new'], 'OWNER', { ...MAPPED, unlistedPrices: { buy: 'nothing' } })).toMatchObject({ tier: null, unknown: [] });
	});

	it('is unknown if the team pays an unlisted price and others are mapped', () => {
		expect(bought(['price_new'], 'TEAM_MEMBER')).toEqual({ tier: null, unknown: unknown('price_new'), unlisted: ['price_new'] });
	});
});
