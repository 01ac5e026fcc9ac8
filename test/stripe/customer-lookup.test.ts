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
let book: ReturnType<typeof createBilling>;

beforeEach(async () => {
	faults = new Faults();
	stripe = new SandboxStripe({ log: new RequestLog(), faults, key: KEY });
	await new Promise<void>((resolve) => {
		server = serve({ fetch: stripe.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve());
	});
	const apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
	book = createBilling({ secretKey: KEY, apiUrl, discordIdKey: 'discord_id' });
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

const like = async (text: string, limit = 25) => (await book.searchCustomers(text, limit)).map(({ customer }) => customer.id);

describe('a customer', () => {
	test('is found by ID, with what they have subscribed to', async () => {
		expect(await book.findCustomer('cus_ada')).toMatchObject({
			customer: { id: 'cus_ada', email: 'ada@example.com', metadataDiscordId: '109758394758392104' },
			subscriptions: [{ id: 'sub_ada', status: 'active', prices: ['price_lord', 'prod_lord'] }]
		});
	});

	test('that never was, or was deleted, is told apart', async () => {
		stripe.delete('customers', 'cus_bob');
		expect(await book.findCustomer('cus_nobody')).toBe('missing');
		expect(await book.findCustomer('cus_bob')).toBe('deleted');
		expect(await like('bob@example.com')).toEqual([]);
	});

	test('is found by the whole email first, then by a part of it or of the name, in either case', async () => {
		expect(await like('adam@example.com')).toEqual(['cus_adam']);
		expect((await like('ADA')).sort()).toEqual(['cus_ada', 'cus_adam']);
		expect(await like('bOb')).toEqual(['cus_bob']);
		expect(await like('"the Lord"')).toEqual(['cus_ada']);
		expect(await like('example.com', 2)).toHaveLength(2);
		for (const nothing of ['ad', 'nobody', '\\', '" OR email~"ada', '"']) expect(await like(nothing)).toEqual([]);
	});

	test('is left out of a search when its ID does not fit a button, and is missing when looked up', async () => {
		expect(await like('old@legacy.test')).toEqual([]);
		for (const id of ['legacy:1', 'cus_/etc', `cus_${'x'.repeat(37)}`]) expect(await book.findCustomer(id)).toBe('missing');
	});

	test('is found by the whole email where Stripe offers no search', async () => {
		faults.add({ target: 'stripe', kind: 'status', status: 400, match: 'GET /v1/customers/search' });
		expect(await like('ada@example.com')).toEqual(['cus_ada']);
		expect(await like('ada')).toEqual([]);
	});

	test('cannot be looked for while Stripe refuses: that is an error in words, not nobody', async () => {
		stripe.setPermission('customers', false);
		await expect(like('ada@example.com')).rejects.toThrow(SourceError);
		await expect(book.findCustomer('cus_ada')).rejects.toThrow(/may not read Customers/);
	});
});
