import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { worldSchema } from '../../sandbox/world/world.js';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import { createBilling } from '../../src/stripe/billing.js';

const KEY = 'rk_test_sandboxkey';

let faults: Faults;
let stripe: SandboxStripe;
let server: ServerType;
let lookup: ReturnType<typeof createBilling>;

beforeEach(async () => {
	faults = new Faults();
	stripe = new SandboxStripe({ log: new RequestLog(), faults, key: KEY });
	await new Promise<void>((resolve) => {
		server = serve({ fetch: stripe.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve());
	});
	const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	lookup = createBilling({ secretKey: KEY, apiUrl, discordIdKey: 'discord_id' });
	const world = {
		customers: [
			{ id: 'cus_ada', email: 'ada@example.com', name: 'Ada "the Lord" L.', metadata: { discord_id: '109758394758392104' } },
			{ id: 'cus_adam', email: 'adam@example.com', name: null },
			{ id: 'legacy:1', email: 'old@legacy.test', name: null },
			{ id: 'cus_bob', email: 'bob@example.com', name: 'Bob' }
		],
		subscriptions: [
			{ id: 'sub_ada', customer: 'cus_ada', status: 'active', price: 'price_lord' },
			{ id: 'sub_old', customer: 'cus_ada', status: 'canceled', price: 'price_knight' }
		]
	};
	stripe.load(worldSchema.parse({ stripe: world }).stripe);
});

afterEach(async () => {
	if ('closeAllConnections' in server) server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const search = async (text: string, limit = 25) => (await lookup.searchCustomers(text, limit)).map(({ customer }) => customer.id);

describe('findCustomer and searchCustomers', () => {
	test('find a customer by ID, with its subscriptions', async () => {
		expect(await lookup.findCustomer('cus_ada')).toMatchObject({
			customer: { id: 'cus_ada', email: 'ada@example.com', metadataDiscordId: '109758394758392104' },
			subscriptions: [{ id: 'sub_ada', status: 'active', items: [{ price: 'price_lord', product: 'prod_lord' }] }]
		});
	});

	test('distinguish unknown from deleted customers', async () => {
		stripe.delete('customers', 'cus_bob');
		expect(await lookup.findCustomer('cus_nobody')).toBe('missing');
		expect(await lookup.findCustomer('cus_bob')).toBe('deleted');
		expect(await search('bob@example.com')).toEqual([]);
	});

	test('find customers by exact email, then by part of the email or name, ignoring case', async () => {
		expect(await search('adam@example.com')).toEqual(['cus_adam']);
		expect((await search('ADA')).sort()).toEqual(['cus_ada', 'cus_adam']);
		expect(await search('bOb')).toEqual(['cus_bob']);
		expect(await search('"the Lord"')).toEqual(['cus_ada']);
		expect(await search('example.com', 2)).toHaveLength(2);
		for (const text of ['ad', 'nobody', '\\', '" OR email~"ada', '"']) expect(await search(text)).toEqual([]);
	});

	test('exclude customers whose ID does not fit a button', async () => {
		expect(await search('old@legacy.test')).toEqual([]);
		for (const id of ['legacy:1', 'cus_/etc', `cus_${'x'.repeat(37)}`]) expect(await lookup.findCustomer(id)).toBe('missing');
	});

	test('find a customer by exact email where Stripe offers no search', async () => {
		faults.add({ target: 'stripe', kind: 'status', status: 400, match: 'GET /v1/customers/search' });
		expect(await search('ada@example.com')).toEqual(['cus_ada']);
		expect(await search('ada')).toEqual([]);
	});

	test('fail with a readable error, and not with an empty result, when the key lacks a permission', async () => {
		stripe.setPermission('customers', false);
		await expect(search('ada@example.com')).rejects.toThrow(SourceError);
		await expect(lookup.findCustomer('cus_ada')).rejects.toThrow(/may not read Customers/);
	});
});
