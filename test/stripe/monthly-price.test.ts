import fc from 'fast-check';
import Stripe from 'stripe';
import { describe, expect, it, test } from 'vitest';
import { monthlyPrice } from '../../src/stripe/monthly-price.js';
import { type Billed, billedMonthly } from './monthly-price-oracle.js';

const NOW = 1_764_000_000;

/** The objects as Stripe sends them. */
function stripeObjects({ currency, items, discounts, customerDiscount }: Billed): Parameters<typeof monthlyPrice>[0] {
	return {
		subscription: { discounts: discounts.map(discountObject) } as unknown as Stripe.Subscription,
		customer: { id: 'cus_1', discount: customerDiscount === null ? null : discountObject(customerDiscount) } as unknown as Stripe.Customer,
		items: items.map(
			(item, index) =>
				({
					id: `si_${index}`,
					quantity: item.metered ? undefined : item.quantity,
					discounts: item.discounts.map(discountObject),
					price: {
						id: `price_${index}`,
						product: `prod_${index}`,
						currency,
						billing_scheme: item.tiered ? 'tiered' : 'per_unit',
						unit_amount: item.tiered || item.unit.includes('.') ? null : Number(item.unit),
						unit_amount_decimal: item.tiered ? null : Stripe.Decimal.from(item.unit),
						transform_quantity: item.package,
						recurring: { interval: item.interval, interval_count: item.every, usage_type: item.metered ? 'metered' : 'licensed' }
					}
				}) as unknown as Stripe.SubscriptionItem
		),
		problems: []
	};
}

function discountObject(discount: Billed['discounts'][number]): Stripe.Discount | string {
	if (discount.expanded === 'nothing') return 'di_1';
	const { percent, off, currency, duration } = discount;
	const coupon = { id: 'coupon', percent_off: percent, amount_off: off, currency, duration };
	const end = discount.ends === 'never' ? null : discount.ends === 'past' ? NOW - 60 : NOW + 86_400;
	return {
		id: 'di_1',
		end,
		source: { type: 'coupon', coupon: discount.expanded === 'coupon' ? coupon : 'coupon' }
	} as unknown as Stripe.Discount;
}

const currencies = fc.constantFrom('usd', 'eur', 'jpy', 'kwd');
const cents = fc.oneof(fc.nat(99_999), fc.constantFrom(0, 900, 2900, 34_800)).map(String);
const fractional = fc
	.tuple(fc.nat(9_999), fc.integer({ min: 1, max: 999_999_999_999 }))
	.map(([whole, part]) => `${whole}.${String(part).padStart(12, '0')}`.replace(/0+$/, ''));
const discount: fc.Arbitrary<Billed['discounts'][number]> = fc
	.record({
		expanded: fc.oneof({ weight: 4, arbitrary: fc.constant('coupon' as const) }, fc.constantFrom('discount' as const, 'nothing' as const)),
		terms: fc.oneof(
			fc
				.oneof(fc.constantFrom(10, 25, 50, 100, 33.33, 12.5), fc.integer({ min: 1, max: 100 }))
				.map((percent) => ({ percent, off: null, currency: null })),
			fc.record({ percent: fc.constant(null), off: fc.integer({ min: 1, max: 3_000 }), currency: currencies })
		),
		duration: fc.constantFrom('forever' as const, 'repeating' as const, 'once' as const),
		ends: fc.constantFrom('never' as const, 'past' as const, 'future' as const)
	})
	.map(({ terms, ...rest }) => ({ ...rest, ...terms }));
const few = { maxLength: 2 } as const;
const discounts = fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(discount, few));
const item: fc.Arbitrary<Billed['items'][number]> = fc.record({
	unit: fc.oneof({ weight: 3, arbitrary: cents }, fractional),
	quantity: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.nat(40)),
	interval: fc.constantFrom('day' as const, 'week' as const, 'month' as const, 'month' as const, 'year' as const),
	every: fc.oneof({ weight: 3, arbitrary: fc.constant(1) }, fc.integer({ min: 1, max: 12 })),
	tiered: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.boolean()),
	metered: fc.oneof({ weight: 6, arbitrary: fc.constant(false) }, fc.boolean()),
	package: fc.option(fc.record({ divide_by: fc.integer({ min: 1, max: 12 }), round: fc.constantFrom('up' as const, 'down' as const) }), {
		freq: 4
	}),
	discounts
});
const billed: fc.Arbitrary<Billed> = fc.record({
	currency: currencies,
	items: fc.oneof({ weight: 3, arbitrary: item.map((only) => [only]) }, fc.array(item, { minLength: 1, maxLength: 4 })),
	discounts,
	customerDiscount: fc.option(discount, { freq: 3 })
});

describe('monthlyPrice', () => {
	test('equals what a year of invoices comes to, divided by 12', () => {
		fc.assert(
			fc.property(billed, (subscription) => {
				expect(monthlyPrice(stripeObjects(subscription), NOW)).toEqual(billedMonthly(subscription));
			}),
			{ numRuns: 10_000 }
		);
	});

	const PLAIN = { quantity: 1, interval: 'month', every: 1, tiered: false, metered: false, package: null, discounts: [] } as const;
	const priceOf = (fields: Partial<Billed>, ...items: Partial<Billed['items'][number]>[]) =>
		monthlyPrice(
			stripeObjects({
				currency: 'usd',
				discounts: [],
				customerDiscount: null,
				...fields,
				items: items.map((each) => ({ ...PLAIN, unit: '1000', ...each }))
			}),
			NOW
		);
	const COUPON = { expanded: 'coupon', percent: 20, off: null, currency: null, duration: 'forever', ends: 'never' } as const;

	it.each<[string, Partial<Billed>, Partial<Billed['items'][number]>[], string, number, boolean]>([
		['a month', {}, [{}], 'usd', 1000, false],
		['a year', {}, [{ unit: '12000', interval: 'year' }], 'usd', 1000, false],
		['a week', {}, [{ unit: '300', interval: 'week' }], 'usd', 1300, false],
		['a day', {}, [{ unit: '12', interval: 'day' }], 'usd', 365, false],
		['three months', {}, [{ unit: '1000', every: 3 }], 'usd', 333, false],
		['yen', { currency: 'jpy' }, [{ unit: '500' }], 'jpy', 500, false],
		['five seats', {}, [{ quantity: 5 }], 'usd', 5000, false],
		['a fraction of a cent', {}, [{ unit: '0.5', quantity: 3 }], 'usd', 2, false],
		['packages of 10', {}, [{ quantity: 25, package: { divide_by: 10, round: 'up' } }], 'usd', 3000, false],
		['a removed item', {}, [{}, { quantity: 0 }], 'usd', 1000, false],
		['a metered item besides', {}, [{}, { metered: true }], 'usd', 1000, true],
		['20% off', { discounts: [COUPON] }, [{}], 'usd', 800, true],
		[
			'$3 off a year',
			{ discounts: [{ ...COUPON, percent: null, off: 300, currency: 'usd' }] },
			[{ unit: '12000', interval: 'year' }],
			'usd',
			975,
			true
		],
		['20% off, then $3', { discounts: [COUPON, { ...COUPON, percent: null, off: 300, currency: 'usd' }] }, [{}], 'usd', 500, true],
		['$3 off, then 20%', { discounts: [{ ...COUPON, percent: null, off: 300, currency: 'usd' }, COUPON] }, [{}], 'usd', 560, true],
		['a coupon for one invoice', { discounts: [{ ...COUPON, duration: 'once' }] }, [{}], 'usd', 1000, false],
		['a discount that ended', { discounts: [{ ...COUPON, ends: 'past' }] }, [{}], 'usd', 1000, false],
		['a customer with a discount', { customerDiscount: COUPON }, [{}], 'usd', 800, true],
		['a discount of its own', { customerDiscount: COUPON, discounts: [{ ...COUPON, percent: 10 }] }, [{}], 'usd', 900, true]
	])('of %s', (_, fields, items, currency, amount, isMinimum) => {
		expect(priceOf(fields, ...items)).toEqual({ currency, amount, isMinimum });
	});

	it.each<[string, Partial<Billed>, Partial<Billed['items'][number]>[]]>([
		['a tiered price', {}, [{ tiered: true }]],
		['metered usage', {}, [{ metered: true }]],
		['a discount that is an ID', { discounts: [{ ...COUPON, expanded: 'nothing' }] }, [{}]],
		['a coupon that is an ID', { discounts: [{ ...COUPON, expanded: 'discount' }] }, [{}]],
		['an amount off in another currency', { discounts: [{ ...COUPON, percent: null, off: 300, currency: 'eur' }] }, [{}]],
		['no item', {}, []]
	])('is unknown for %s', (_, fields, items) => {
		expect(priceOf(fields, ...items)).toBeNull();
	});

	it.each<[string, object]>([
		['no currency', { currency: null }],
		['a currency that is none', { currency: '@everyone' }],
		['no interval', { recurring: null }],
		['an unknown interval', { recurring: { interval: 'fortnight', interval_count: 1, usage_type: 'licensed' } }],
		['an amount below 0', { unit_amount: -5, unit_amount_decimal: '-5' }],
		['an amount that is no number', { unit_amount: 'ten', unit_amount_decimal: 'ten' }],
		['an unknown scheme', { billing_scheme: 'auction' }]
	])('is unknown for a price with %s', (_, odd) => {
		const objects = stripeObjects({ currency: 'usd', discounts: [], customerDiscount: null, items: [{ ...PLAIN, unit: '1000' }] });
		const items = objects.items.map((each) => ({ ...each, price: { ...each.price, ...odd } }) as Stripe.SubscriptionItem);
		expect(monthlyPrice({ ...objects, items }, NOW)).toBeNull();
	});

	it('is a minimum if an item is missing', () => {
		const objects = stripeObjects({ currency: 'usd', discounts: [], customerDiscount: null, items: [{ ...PLAIN, unit: '1000' }] });
		expect(monthlyPrice({ ...objects, problems: ['has an item without a price'] }, NOW)).toEqual({
			currency: 'usd',
			amount: 1000,
			isMinimum: true
		});
	});
});
