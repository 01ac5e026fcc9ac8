import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { worldSchema } from '../../sandbox/world/world.js';
import type { PolicySettings } from '../../src/reconciliation/domain/rules.js';
import { runChecks } from '../../src/reconciliation/health/doctor.js';
import { keyChecks, modeCheck, permissionCheck } from '../../src/stripe/doctor.js';
import { priceCheck } from '../../src/stripe/price-check.js';
import { MAPPED, UNMAPPED } from '../reconciliation/builders.js';

/** The doctor's checks with the real stripe-node, over a real socket. */

const KEY = 'rk_test_sandboxkey';
const POLICY: PolicySettings = {
	...MAPPED,
	tiers: [
		{ name: 'Knight', prices: ['price_knight'] },
		{ name: 'Lord', prices: ['price_lord'] }
	],
	otherPrices: []
};

let log: RequestLog;
let stripe: SandboxStripe;
let server: ServerType;
let apiUrl: string;

beforeEach(async () => {
	log = new RequestLog();
	stripe = new SandboxStripe({ log, faults: new Faults(), key: KEY });
	stripe.load(
		worldSchema.parse({
			stripe: {
				customers: [{ id: 'cus_1' }],
				subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_knight' }]
			}
		}).stripe
	);
	await new Promise<void>((resolve) => {
		server = serve({ fetch: stripe.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve());
	});
	apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterEach(async () => {
	if ('closeAllConnections' in server) server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const accessOf = ({ secretKey = KEY }: { secretKey?: string }) => ({ secretKey, apiUrl });
const problems = async (over: { secretKey?: string; policy?: Partial<PolicySettings> } = {}) => {
	const results = await runChecks([
		...keyChecks(accessOf(over)),
		permissionCheck(accessOf(over)),
		priceCheck(accessOf(over), { ...POLICY, ...over.policy })
	]);
	return results.filter(({ verdict }) => verdict !== 'ok').map(({ verdict, message }) => [verdict, message]);
};

describe('Stripe checks', () => {
	test('pass with fewer than ten requests, all of them GET', async () => {
		expect(await problems()).toEqual([]);
		expect(log.list().length).toBeLessThan(10);
		expect(new Set(log.list().map(({ method }) => method))).toEqual(new Set(['GET']));
	});

	test.each(['subscriptions', 'customers', 'invoices', 'events'] as const)(
		'block a key that may not read %s and name the permission',
		async (resource) => {
			stripe.setPermission(resource, false);
			const name = `${resource.charAt(0).toUpperCase()}${resource.slice(1)}`;
			expect(await problems()).toContainEqual(['blocking', expect.stringContaining(`set ${name} to Read`)]);
		}
	);

	test('report an invalid key once, without showing it', async () => {
		const wrong = 'rk_test_anotheraccountskey';
		const findings = await problems({ secretKey: wrong });
		expect(findings.filter(([verdict]) => verdict === 'blocking')).toHaveLength(1);
		expect(JSON.stringify(findings)).not.toContain('anotheraccount');
	});

	test('warn about a key that can write', async () => {
		expect(await problems({ secretKey: 'sk_test_sandboxkey' })).toContainEqual(['warning', expect.stringContaining('The key can write')]);
	});

	test('know prices and products whose IDs their owner chose', async () => {
		stripe.load(
			worldSchema.parse({
				stripe: {
					customers: [{ id: 'cus_1' }],
					subscriptions: ['gold-monthly', 'Gold Plan', 'plan_old'].map((price) => ({
						id: `sub_${price}`,
						customer: 'cus_1',
						status: 'active',
						price
					}))
				}
			}).stripe
		);
		const tiers = [{ name: 'Knight', prices: ['gold-monthly', 'Gold Plan', 'plan_old', 'prod_gold-monthly'] }];
		expect(await problems({ policy: { tiers } })).toEqual([]);
		expect(await problems({ policy: { tiers: [{ name: 'Knight', prices: [...(tiers[0]?.prices ?? []), 'silver-monthly'] }] } })).toEqual([
			['warning', expect.stringContaining('does not have silver-monthly')]
		]);
	});

	test('warn about a listed price that does not exist and a paid price that is in no list', async () => {
		const policy = { tiers: [{ name: 'Knight', prices: ['price_gone', 'prod_gone', 'price_lord'] }] };
		expect(await problems({ policy })).toEqual([
			['warning', expect.stringContaining('does not have price_gone')],
			['warning', expect.stringContaining('does not have prod_gone')],
			[
				'warning',
				expect.stringMatching(
					/^price_knight is what 1 of the 1 active subscriptions pay for, but it is not mapped to a tier, so Reeve does not know/
				)
			]
		]);
	});

	test.each([
		[{ buy: 'nothing' }, 'so it gives no role'],
		[{ buy: 'tier', tier: 'Lord' }, 'so it gives Lord']
	] as const)('say what %j makes of a price that is in no list', async (unlistedPrices, words) => {
		const policy = { tiers: [{ name: 'Lord', prices: ['price_lord'] }], unlistedPrices };
		expect(await problems({ policy })).toEqual([['warning', expect.stringContaining(words)]]);
	});

	test('accept a price that is listed as buying nothing', async () => {
		expect(await problems({ policy: { tiers: [{ name: 'Lord', prices: ['price_lord'] }], otherPrices: ['prod_knight'] } })).toEqual([]);
	});

	test('skip the prices when the key may not read them', async () => {
		stripe.setPermission('prices', false);
		stripe.setPermission('products', false);
		const policy = { tiers: [...POLICY.tiers, { name: 'Squire', prices: ['price_gone', 'prod_gone'] }] };
		expect(await problems({ policy })).toEqual([]);
	});
});

describe('Stripe checks without a mapped price', () => {
	const sell = (number: number, price: string, status = 'active') => ({
		id: `sub_${price}_${status}_${number}`,
		customer: 'cus_1',
		status,
		price
	});

	test('report an error, and what is sold with the number of subscriptions', async () => {
		stripe.load(
			worldSchema.parse({
				stripe: {
					customers: [{ id: 'cus_1' }],
					subscriptions: [
						...Array.from({ length: 184 }, (_, number) => sell(number, 'price_knight')),
						...Array.from({ length: 8 }, (_, number) => sell(number, 'price_lord', 'past_due')),
						...Array.from({ length: 30 }, (_, number) => sell(number, 'price_old', 'canceled')),
						sell(0, 'price_tshirt')
					]
				}
			}).stripe
		);
		const [problem, ...others] = await problems({ policy: { ...UNMAPPED, otherPrices: ['price_tshirt'] } });
		expect(others).toEqual([]);
		expect(problem?.[0]).toBe('error');
		expect(problem?.[1]).toContain('No price is mapped to a tier, so it is unknown what every personal subscription buys');
		expect(problem?.[1]).toContain('These prices are sold: price_knight (184 subscriptions), price_lord (8 subscriptions).');
	});

	test('report an error if every personal subscription buys nothing', async () => {
		expect(await problems({ policy: { ...UNMAPPED, otherPrices: [], unlistedPrices: { buy: 'nothing' } } })).toEqual([
			['error', expect.stringContaining('every personal subscription buys nothing, by STRIPE_UNMAPPED_PRICES')]
		]);
	});

	test('accept that every personal subscription buys a tier', async () => {
		expect(await problems({ policy: { ...UNMAPPED, otherPrices: [], unlistedPrices: { buy: 'tier', tier: 'Lord' } } })).toEqual([]);
	});
});

describe('modeCheck', () => {
	test.each([
		[false, true, 'blocking'],
		[true, true, 'ok'],
		[false, false, 'ok'],
		[true, false, 'ok'],
		[false, null, 'ok']
	])('live key: %s, last good run read live data: %s → %s', async (live, before, verdict) => {
		const key = live ? 'rk_live_key' : 'rk_test_key';
		expect(await runChecks([modeCheck(key, { lastGoodRun: async () => ({ livemode: before }) })])).toMatchObject([{ verdict }]);
	});
});
