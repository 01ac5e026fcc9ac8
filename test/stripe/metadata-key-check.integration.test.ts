import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { type WorldInput, worldSchema } from '../../sandbox/world/world.js';
import { runChecks } from '../../src/reconciliation/health/doctor.js';
import { metadataKeyCheck } from '../../src/stripe/metadata-key-check.js';

const KEY = 'rk_test_sandboxkey';
const ID = '109758394758392104';

let faults: Faults;
let stripe: SandboxStripe;
let server: ServerType;
let apiUrl: string;

beforeEach(async () => {
	faults = new Faults();
	stripe = new SandboxStripe({ log: new RequestLog(), faults, key: KEY });
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
const subscription = (metadata: Record<string, string> = {}) => ({
	id: 'sub_1',
	customer: 'cus_1',
	status: 'active',
	price: 'price_knight',
	metadata
});
const remark = async (key = 'discord_id') => (await runChecks([metadataKeyCheck({ secretKey: KEY, apiUrl }, key)]))[0];

describe('metadataKeyCheck', () => {
	test.each([
		['a subscription', { customers: [{ id: 'cus_1' }], subscriptions: [subscription({ discord_id: ID })] }],
		['its customer', { customers: [{ id: 'cus_1', metadata: { discord_id: ID } }], subscriptions: [subscription()] }],
		[
			'a customer without a subscription',
			{ customers: [{ id: 'cus_1' }, { id: 'cus_2', metadata: { discord_id: ID } }], subscriptions: [subscription()] }
		]
	])('finds the key on %s', async (_, world) => {
		load(world);
		expect(await remark()).toMatchObject({ verdict: 'ok', message: expect.stringContaining('Stripe has the metadata key discord_id') });
	});

	test('names the key under which the Discord IDs are', async () => {
		load({
			customers: [{ id: 'cus_1', metadata: { discordUser: `<@${ID}>`, plan: 'gold' } }],
			subscriptions: [subscription({ 'discord-name': 'ada', order: '7' })]
		});
		expect(await remark()).toMatchObject({
			verdict: 'warning',
			message: expect.stringMatching(
				/has the metadata key discord_id \(STRIPE_DISCORD_ID_KEY\), so metadata links no one\. .* under discord-name, discordUser:/
			)
		});
	});

	test('hints at the setting if nothing looks like a Discord ID', async () => {
		load({ customers: [{ id: 'cus_1' }], subscriptions: [subscription({ plan: 'gold' })] });
		expect(await remark()).toMatchObject({ verdict: 'ok', message: expect.stringContaining('metadata links no one. That is right if') });
	});

	test('says nothing against an account without subscriptions', async () => {
		load({ customers: [], subscriptions: [] });
		expect(await remark()).toMatchObject({ verdict: 'ok', message: expect.stringContaining('no subscription yet') });
	});

	test('judges by the newest subscriptions where Stripe offers no search', async () => {
		faults.add({
			target: 'stripe',
			kind: 'status',
			match: 'GET /v1/*/search',
			status: 400,
			body: { error: { type: 'invalid_request_error' } }
		});
		load({ customers: [{ id: 'cus_1', metadata: { discordId: ID } }], subscriptions: [subscription()] });
		expect(await remark()).toMatchObject({ verdict: 'warning', message: expect.stringContaining('discordId') });
		expect(await remark('discordId')).toMatchObject({ verdict: 'ok' });
	});

	test('finds a key with quotes in it', async () => {
		load({ customers: [{ id: 'cus_1' }, { id: 'cus_2', metadata: { "ada's \\ id": ID } }], subscriptions: [subscription()] });
		expect(await remark("ada's \\ id")).toMatchObject({ verdict: 'ok', message: expect.stringContaining('Stripe has the metadata key') });
	});
});
