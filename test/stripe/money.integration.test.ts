import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { type WorldInput, worldSchema } from '../../sandbox/world/world.js';
import { SYSTEM_TIMING } from '../../src/async/backoff.js';
import { createBilling } from '../../src/stripe/billing.js';

/** What subscriptions cost, with the real stripe-node, over a real socket, from what the sandbox's Stripe sends. */

const KEY = 'rk_test_sandboxkey';

let log: RequestLog;
let stripe: SandboxStripe;
let server: ServerType;

beforeEach(async () => {
	log = new RequestLog();
	stripe = new SandboxStripe({ log, faults: new Faults(), key: KEY });
	await new Promise<void>((resolve) => {
		server = serve({ fetch: stripe.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve());
	});
});

afterEach(async () => {
	if ('closeAllConnections' in server) server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

function billing() {
	const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	return createBilling({ secretKey: KEY, apiUrl, discordIdKey: 'discord_id', timing: SYSTEM_TIMING, requestsPerSecond: 1_000 });
}

type Stripe = NonNullable<WorldInput['stripe']>;

const PRICES: NonNullable<Stripe['prices']> = [
	{ id: 'price_year', name: 'Year', amount: 12_000, interval: 'year' },
	{ id: 'price_week', name: 'Week', amount: 300, interval: 'week' },
	{ id: 'price_yen', name: 'Yen', amount: 500, currency: 'jpy' },
	{ id: 'price_cents', name: 'Cents', amount: 0.5 },
	{ id: 'price_tiers', name: 'Tiers', amount: null },
	{ id: 'price_use', name: 'Use', amount: 10, usage: 'metered' },
	{ id: 'price_pack', name: 'Pack', amount: 1000, package: { size: 10, round: 'up' } }
];
const COUPONS: NonNullable<Stripe['coupons']> = [
	{ id: 'fifth', percentOff: 20 },
	{ id: 'three', amountOff: 300 },
	{ id: 'first', percentOff: 100, duration: 'once' }
];

/** A customer and a subscription of this form for each. */
function worldOf(forms: Readonly<Record<string, object>>): Stripe {
	const names = Object.keys(forms);
	return {
		prices: PRICES,
		coupons: COUPONS,
		customers: names.map((name) => ({ id: `cus_${name}`, ...(name === 'member' && { discount: { coupon: 'fifth' } }) })),
		subscriptions: names.map((name) => ({ id: `sub_${name}`, customer: `cus_${name}`, status: 'active', ...forms[name] }))
	};
}

const usd = (amount: number, isMinimum = false) => ({ currency: 'usd', amount, isMinimum });
const KNIGHT = { price: 'price_knight' };
const FORMS = {
	month: KNIGHT,
	year: { price: 'price_year' },
	week: { price: 'price_week' },
	yen: { price: 'price_yen' },
	cents: { price: 'price_cents', quantity: 3 },
	tiers: { price: 'price_tiers' },
	use: { price: 'price_use' },
	seats: { price: 'price_knight', quantity: 5 },
	packs: { price: 'price_pack', quantity: 25 },
	both: { items: [{ price: 'price_knight' }, { price: 'price_use' }] },
	off: { ...KNIGHT, discounts: [{ coupon: 'fifth' }, { coupon: 'three' }] },
	once: { ...KNIGHT, discounts: [{ coupon: 'first' }] },
	ended: { ...KNIGHT, discounts: [{ coupon: 'fifth', end: 1_700_000_000 }] },
	item: { items: [{ price: 'price_knight', discounts: [{ coupon: 'fifth' }] }] },
	member: KNIGHT
};
const WITHOUT_COUPONS = {
	month: usd(900),
	year: usd(1000),
	week: usd(1300),
	yen: { currency: 'jpy', amount: 500, isMinimum: false },
	cents: usd(2),
	tiers: null,
	use: null,
	seats: usd(4500),
	packs: usd(3000),
	both: usd(900, true),
	off: null,
	once: null,
	ended: null,
	item: null,
	member: null
};
const PRICES_READ = { ...WITHOUT_COUPONS, off: usd(420, true), once: usd(900), ended: usd(900) };

const load = (world: Stripe) => stripe.load(worldSchema.parse({ stripe: world }).stripe);
const costs = (accounts: Awaited<ReturnType<ReturnType<typeof billing>['readAll']>>['accounts']) =>
	Object.fromEntries(
		[...accounts.values()].flatMap(({ subscriptions }) =>
			subscriptions.map(({ id, monthlyPrice }) => [id.slice('sub_'.length), monthlyPrice])
		)
	);
const lists = () => log.list().filter(({ path, query }) => path === '/v1/subscriptions' && JSON.stringify(query).includes('expand'));

describe('what subscriptions cost a month', () => {
	test('is read with all subscriptions, without a further request', async () => {
		load(worldOf(FORMS));
		const { accounts } = await billing().readAll(() => {});
		expect(costs(accounts)).toEqual(PRICES_READ);
		// One page and the ranges of the first reading, as before coupons were expanded.
		expect(lists()).toHaveLength(4);
		expect(lists().every(({ status }) => status === 200)).toBe(true);
		expect(log.list().map(({ path }) => path)).not.toContain('/v1/coupons');
	});

	test('is the same when single customers are read', async () => {
		load(worldOf(FORMS));
		const { accounts } = await billing().readCustomers(Object.keys(FORMS).map((name) => `cus_${name}`));
		expect(costs(accounts)).toEqual(PRICES_READ);
		expect(log.list()).toHaveLength(Object.keys(FORMS).length);
	});

	test('is unknown with a discount if the key may not read coupons: found out with one request, and no run fails', async () => {
		stripe.setPermission('coupons', false);
		load(worldOf(FORMS));
		const reading = billing();
		expect(costs((await reading.readAll(() => {})).accounts)).toEqual(WITHOUT_COUPONS);
		expect(lists().filter(({ status }) => status === 403)).toHaveLength(1);
		await reading.readAll(() => {});
		await reading.readCustomers(['cus_off']);
		expect(lists().filter(({ status }) => status === 403)).toHaveLength(1);
	});

	test('does not hide that the key may not read subscriptions, or that a customer is missing', async () => {
		load(worldOf({ month: KNIGHT }));
		const { missingCustomers } = await billing().readCustomers(['cus_absent']);
		expect(missingCustomers.get('cus_absent')).toBe('unknown');
		stripe.setPermission('subscriptions', false);
		await expect(billing().readAll(() => {})).rejects.toThrow('may not read Subscriptions');
	});
});
