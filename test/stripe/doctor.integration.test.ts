import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { worldSchema } from '../../sandbox/world/world.js';
import type { Tier } from '../../src/reconciliation/domain/rules.js';
import { runChecks } from '../../src/reconciliation/health/doctor.js';
import { keyChecks, modeCheck, permissionCheck, priceCheck } from '../../src/stripe/doctor.js';

/** The doctor's checks with the real stripe-node, over a real socket. */

const KEY = 'rk_test_sandboxkey';
const TIERS: readonly Tier[] = [
	{ name: 'Knight', prices: ['price_knight'] },
	{ name: 'Lord', prices: ['price_lord'] }
];

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
const problems = async (over: { secretKey?: string; tiers?: readonly Tier[] } = {}) => {
	const results = await runChecks([
		...keyChecks(accessOf(over)),
		permissionCheck(accessOf(over)),
		priceCheck(accessOf(over), over.tiers ?? TIERS)
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

	test('warn about a mapped price that does not exist and a paid price that is not mapped', async () => {
		const tiers = [{ name: 'Knight', prices: ['price_gone', 'price_lord'] }];
		expect(await problems({ tiers })).toEqual([
			['warning', expect.stringContaining('does not have price_gone')],
			['warning', expect.stringMatching(/^price_knight is what 1 of the newest 1 active subscriptions pay for, but it is not mapped/)]
		]);
	});

	test('skip the prices when the key may not read them', async () => {
		stripe.setPermission('prices', false);
		stripe.setPermission('products', false);
		expect(await problems({ tiers: [...TIERS, { name: 'Squire', prices: ['price_gone', 'prod_gone'] }] })).toEqual([]);
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
