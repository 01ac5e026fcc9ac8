import { describe, expect, it } from 'vitest';
import { priceAmount, priceLine, priceName } from '../../../src/messages/format/price.js';
import type { CatalogPrice } from '../../../src/reconciliation/domain/catalog.js';

const LORD: CatalogPrice = {
	id: 'price_lord',
	productId: 'prod_lord',
	productName: 'Lord',
	nickname: null,
	amount: '2900',
	currency: 'usd',
	interval: 'month',
	intervalCount: 1,
	isMetered: false,
	isArchived: false,
	subscriptions: 41
};

describe('priceLine', () => {
	it.each<[Partial<CatalogPrice>, boolean, string]>([
		[{}, true, 'Lord · $29.00 a month · 41 subscribers'],
		[{ subscriptions: 1 }, true, 'Lord · $29.00 a month · 1 subscriber'],
		[{ isArchived: true }, true, 'Lord · $29.00 a month · 41 subscribers · archived'],
		[{ subscriptions: 1234 }, false, 'Lord · $29.00 a month · at least 1,234 subscribers'],
		[{ subscriptions: 0 }, false, 'Lord · $29.00 a month · 0 subscribers']
	])('says what %o, all counted: %s, costs and who pays it', (change, complete, line) => {
		expect(priceLine({ ...LORD, ...change }, complete)).toBe(line);
	});
});

describe('priceAmount', () => {
	it.each<[Partial<CatalogPrice>, string]>([
		[{ interval: 'week' }, '$29.00 a week'],
		[{ interval: 'year', amount: '29000' }, '$290.00 a year'],
		[{ intervalCount: 3 }, '$29.00 every 3 months'],
		[{ currency: 'eur' }, '€29.00 a month'],
		[{ currency: 'jpy', amount: '500' }, '¥500 a month'],
		[{ currency: 'mga', amount: '5000' }, 'MGA 5,000 a month'],
		[{ currency: 'isk', amount: '50000' }, 'ISK 500 a month'],
		[{ currency: 'ugx', amount: '50000' }, 'UGX 500 a month'],
		[{ currency: 'kwd', amount: '2500' }, 'KWD 2.500 a month'],
		[{ amount: '0.5', isMetered: true }, '$0.005 a unit, a month'],
		[{ amount: null, interval: 'year' }, 'tiered, a year'],
		[{ amount: '0' }, '$0.00 a month']
	])('formats %o as %s', (change, text) => {
		expect(priceAmount({ ...LORD, ...change })).toBe(text);
	});
});

describe('priceName', () => {
	it.each<[Partial<CatalogPrice>, string]>([
		[{ nickname: 'Founders' }, 'Lord (Founders)'],
		[{ nickname: 'Lord' }, 'Lord'],
		[{ productName: null, nickname: 'Founders' }, 'Founders'],
		[{ productName: null }, 'price_lord'],
		[{ productName: ' ', nickname: '' }, 'price_lord'],
		[{ productName: 'Lord\n\u202egnihton' }, 'Lord gnihton']
	])('names %o %s', (change, text) => {
		expect(priceName({ ...LORD, ...change })).toBe(text);
	});
});
