import { describe, expect, it } from 'vitest';
import { offered, priceText } from '../../../sandbox/page/panels/prices.js';

const KNIGHT = {
	id: 'price_knight',
	name: 'Knight',
	nickname: null,
	amount: 900,
	currency: 'usd',
	interval: 'month',
	intervalCount: 1,
	created: 0,
	active: true,
	usage: 'licensed',
	package: null
} as const;

describe('prices as a person reads them', () => {
	it.each([
		[{}, 'Knight, $9.00 a month'],
		[{ interval: 'week', intervalCount: 2 }, 'Knight, $9.00 every 2 weeks'],
		[{ currency: 'jpy' }, 'Knight, ¥900 a month'],
		[{ amount: null }, 'Knight, by tiers']
	] as const)('%o is %s', (change, text) => {
		expect(priceText({ ...KNIGHT, ...change })).toBe(text);
	});

	it('offers a price without a role once', () => {
		const first = offered([KNIGHT]);
		expect(first.map(({ name }) => name)).toEqual(['Knight', 'Newsletter']);
		expect(offered(first)).toEqual(first);
	});
});
