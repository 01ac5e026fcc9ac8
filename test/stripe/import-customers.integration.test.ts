import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, describe, expect, it } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { worldSchema } from '../../sandbox/world/world.js';
import { createBilling } from '../../src/stripe/billing.js';

const KEY = 'rk_test_sandboxkey';

let server: ServerType | null = null;

afterEach(async () => {
	if (server !== null && 'closeAllConnections' in server) server.closeAllConnections();
	await new Promise((resolve) => (server === null ? resolve(null) : server.close(resolve)));
	server = null;
});

/** A Stripe with customers `cus_0` … and emails `user0@x.test` …. */
async function account(count: number, more: readonly object[] = []) {
	const log = new RequestLog();
	const stripe = new SandboxStripe({ log, faults: new Faults(), key: KEY });
	await new Promise<void>((resolve) => {
		server = serve({ fetch: stripe.app.fetch, port: 0, hostname: '127.0.0.1' }, () => resolve());
	});
	const customers = Array.from({ length: count }, (_, index) => ({ id: `cus_${index}`, email: `user${index}@x.test` }));
	stripe.load(worldSchema.parse({ stripe: { customers: [...customers, ...more], subscriptions: [] } }).stripe);
	const apiUrl = `http://127.0.0.1:${(server as unknown as { address(): AddressInfo }).address().port}`;
	const billing = createBilling({ secretKey: KEY, apiUrl, discordIdKey: 'discord_id', requestsPerSecond: 1_000 });
	const find = async (ids: readonly string[], emails: readonly string[] = []) => {
		log.clear();
		const found = await billing.findImportCustomers(ids, emails);
		return { ...found, requests: log.list().length };
	};
	return { stripe, find };
}

const range = (count: number, start = 0) => Array.from({ length: count }, (_, index) => start + index);

describe('findImportCustomers', () => {
	it('asks for the customers of a file of 5,000 lines in 50 lists of 100, and once for each that is not listed', async () => {
		const { find, stripe } = await account(5_000);
		stripe.delete('customers', 'cus_7');
		const ids = [...range(4_900).map((index) => `cus_${index}`), ...range(100).map((index) => `cus_none${index}`)];
		const { byId, requests } = await find(ids);
		expect(byId.size).toBe(5_000);
		expect([...byId.values()].filter((found) => found === 'missing')).toHaveLength(100);
		expect(byId.get('cus_7')).toBe('deleted');
		expect(requests).toBe(50 + 101);
	});

	it('finds the customers of 5,000 emails in 50 lists', async () => {
		const { find } = await account(5_000);
		const { byEmail, requests } = await find(
			[],
			range(5_000).map((index) => `user${index}@x.test`)
		);
		expect(byEmail.size).toBe(5_000);
		expect(requests).toBe(50);
	});

	it('asks for a few customers of a large account one by one', async () => {
		const { find } = await account(1_000);
		expect((await find(['cus_1', 'cus_999'])).requests).toBe(2);
		expect((await find([], ['user5@x.test'])).requests).toBe(2);
	});

	it('takes at most twice the requests of asking one by one', async () => {
		const { find } = await account(2_000);
		const { byId, requests } = await find(range(8).map((index) => `cus_${index * 250}`));
		expect([...byId.values()].filter((found) => typeof found === 'string')).toEqual([]);
		expect(requests).toBeLessThanOrEqual(16);
	});

	it.each([0, 1_000])('finds every customer with an email, whatever its capital letters, beside %i others', async (others) => {
		const { find } = await account(others, [
			{ id: 'cus_a', email: 'Same@X.test' },
			{ id: 'cus_b', email: 'same@x.test' }
		]);
		const { byEmail } = await find([], ['same@x.test', 'none@x.test']);
		expect(
			byEmail
				.get('same@x.test')
				?.map(({ customer }) => customer.id)
				.sort()
		).toEqual(['cus_a', 'cus_b']);
		expect(byEmail.has('none@x.test')).toBe(false);
	});

	it('reads the metadata of customers and of their subscriptions', async () => {
		const { find, stripe } = await account(0, [{ id: 'cus_m', metadata: { discord_id: '109758394758392104' } }]);
		expect((await find(['cus_m'])).byId.get('cus_m')).toMatchObject({ customer: { metadataDiscordId: '109758394758392104' } });
		expect(stripe).toBeDefined();
	});
});
