import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { type WorldInput, worldSchema } from '../../sandbox/world/world.js';
import { priceLine } from '../../src/messages/format/price.js';
import { readPriceCatalog } from '../../src/stripe/price-catalog.js';

const KEY = 'rk_test_sandboxkey';

let log: RequestLog;
let stripe: SandboxStripe;
let server: ServerType;
let apiUrl: string;

beforeEach(async () => {
	log = new RequestLog();
	stripe = new SandboxStripe({ log, faults: new Faults(), key: KEY });
	await new Promise<void>((resolve) => {
		server = serve({ fetch: stripe.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve());
	});
	apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
	if ('closeAllConnections' in server) server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const load = (world: WorldInput['stripe']) => stripe.load(worldSchema.parse({ stripe: world }).stripe);
const read = () => readPriceCatalog({ secretKey: KEY, apiUrl });
const lines = async () => {
	const { prices, complete } = await read();
	return prices.map((price) => priceLine(price, complete));
};
/** One subscription of each status, all to the same items. */
const subscriptions = (statuses: readonly string[], ...prices: readonly string[]) =>
	statuses.map((status, index) => ({
		id: `sub_${prices.join('_')}_${index}`,
		customer: 'cus_1',
		status,
		items: prices.map((price) => ({ price }))
	}));

describe('readPriceCatalog', () => {
	test('lists what is sold with the subscriptions that may give a role now, most first', async () => {
		load({
			customers: [{ id: 'cus_1' }],
			subscriptions: [
				...subscriptions(['active', 'canceled', 'incomplete', 'paused'], 'price_knight'),
				...subscriptions(['active', 'trialing', 'past_due', 'unpaid'], 'price_lord')
			],
			prices: [
				{ id: 'price_year', name: 'Lord', nickname: 'Founders', amount: 29_000, interval: 'year' },
				{ id: 'price_yen', name: 'Knight', amount: 500, currency: 'jpy', interval: 'week', intervalCount: 2 },
				{ id: 'price_tiers', name: 'Company', amount: null }
			]
		});
		expect(await lines()).toEqual([
			'Lord · $29.00 a month · 4 subscribers',
			'Knight · $9.00 a month · 1 subscriber',
			'Company · tiered, a month · 0 subscribers',
			'Lord (Founders) · $290.00 a year · 0 subscribers',
			'Knight · ¥500 every 2 weeks · 0 subscribers'
		]);
		expect(await read()).toMatchObject({ read: 5, complete: true, missing: [] });
	});

	test('counts a subscription once for each of its prices, and not those of quantity 0', async () => {
		load({
			customers: [{ id: 'cus_1' }],
			subscriptions: [
				{
					id: 'sub_1',
					customer: 'cus_1',
					status: 'active',
					items: [{ price: 'price_lord' }, { price: 'price_lord' }, { price: 'price_knight', quantity: 0 }]
				}
			]
		});
		expect(await lines()).toEqual(['Lord · $29.00 a month · 1 subscriber', 'Knight · $9.00 a month · 0 subscribers']);
	});

	test('includes an archived price only while someone pays it', async () => {
		const prices = [
			{ id: 'price_old', name: 'Old Lord', amount: 1900, active: false },
			{ id: 'price_gone', name: 'Gone', amount: 100, active: false }
		];
		load({ customers: [{ id: 'cus_1' }], subscriptions: subscriptions(['active'], 'price_old'), prices });
		expect(await lines()).toEqual([
			'Old Lord · $19.00 a month · 1 subscriber · archived',
			'Knight · $9.00 a month · 0 subscribers',
			'Lord · $29.00 a month · 0 subscribers'
		]);
	});

	test('takes what it can from the subscriptions, and says which permissions add the rest', async () => {
		load({ customers: [{ id: 'cus_1' }], subscriptions: subscriptions(['active'], 'price_lord') });
		stripe.setPermission('prices', false);
		stripe.setPermission('products', false);
		expect(await lines()).toEqual(['price_lord · $29.00 a month · 1 subscriber']);
		expect((await read()).missing).toEqual([
			expect.stringMatching(/may not read Prices\. .* set Prices to Read\..* prices that no one pays yet are not listed\./),
			expect.stringMatching(/may not read Products\. .* set Products to Read\..* without the names of their products\./)
		]);
	});

	test('fails if the key may not read subscriptions: no count is known then', async () => {
		load({ customers: [], subscriptions: [] });
		stripe.setPermission('subscriptions', false);
		await expect(read()).rejects.toThrow('may not read Subscriptions');
	});

	test('reads each hundred subscriptions, prices and products with one request', async () => {
		load({ customers: [{ id: 'cus_1' }], subscriptions: subscriptions(Array(250).fill('active'), 'price_lord') });
		const from = log.list().length;
		expect((await read()).read).toBe(250);
		expect(log.list().length - from).toBe(5);
	});
});
