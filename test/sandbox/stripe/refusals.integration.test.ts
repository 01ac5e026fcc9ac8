import Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { start, subscribers } from './server.js';

const errorOf = async (promise: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
	const error = await promise.then(
		() => undefined,
		(reason: unknown) => reason
	);
	if (error instanceof Stripe.errors.StripeError) return error;
	throw new Error('Stripe did not refuse', { cause: error });
};

describe('Stripe error responses', () => {
	it('rejects a wrong or missing key', async () => {
		const { client, raw, log } = await start({});
		const error = await errorOf(client('rk_test_somebodyelse').subscriptions.list());
		expect(error).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
		expect(error.message).toMatch(/^Invalid API Key provided: rk_test_\*+dyelse$/);
		expect((await raw('/v1/subscriptions', { headers: { authorization: '' } })).status).toBe(401);
		expect(JSON.stringify(log.list())).not.toContain('somebodyelse');
	});

	it('rejects unknown parameters', async () => {
		const { raw } = await start(subscribers(1));
		const refused = async (query: string) => {
			const response = await raw(`/v1/subscriptions?${query}`);
			return { status: response.status, error: ((await response.json()) as { error: Record<string, unknown> }).error };
		};
		expect(await refused('foo=1&bar=2')).toMatchObject({
			status: 400,
			error: { type: 'invalid_request_error', code: 'parameter_unknown', param: 'foo', message: 'Received unknown parameters: foo, bar' }
		});
		expect(await refused('created[after]=1')).toMatchObject({ status: 400, error: { code: 'parameter_unknown' } });
		expect(await refused('limit=0')).toMatchObject({ status: 400, error: { param: 'limit' } });
		expect(await refused('limit=101')).toMatchObject({ status: 400, error: { param: 'limit' } });
		expect(await refused('limit=ten')).toMatchObject({ status: 400, error: { code: 'parameter_invalid_integer' } });
		expect(await refused('starting_after=')).toMatchObject({ status: 400, error: { code: 'parameter_invalid_empty' } });
		expect(await refused('starting_after=sub_9')).toMatchObject({
			status: 400,
			error: { code: 'resource_missing', param: 'starting_after' }
		});
		expect(await refused('starting_after=sub_1&ending_before=sub_1')).toMatchObject({ status: 400 });
		expect(await refused('expand=data.customer')).toMatchObject({ status: 400, error: { message: 'Invalid array' } });
		expect(await refused('test_clock=clock_1')).toMatchObject({ status: 400, error: { code: 'resource_missing', param: 'test_clock' } });
	});

	it('rejects invalid expand paths even for an empty list', async () => {
		const { stripe } = await start({});
		const message = async (path: string) => (await errorOf(stripe.subscriptions.list({ expand: [path] }))).message;
		expect(await message('customer')).toBe(
			"This property cannot be expanded (customer). You may want to try expanding 'data.customer' instead."
		);
		expect(await message('data.metadata')).toBe('This property cannot be expanded (metadata).');
		expect(await message('data.items.data.price.product')).toContain('more than 4 levels');
	});

	it('rejects unknown objects', async () => {
		const { stripe, raw } = await start({});
		expect(await errorOf(stripe.subscriptions.retrieve('sub_1'))).toMatchObject({
			statusCode: 404,
			code: 'resource_missing',
			param: 'id',
			message: "No such subscription: 'sub_1'"
		});
		for (const path of ['/v1/payouts', '/v1/test_clocks', '/v1/test_helpers', '/v1/test_helpers/terminal'])
			expect((await raw(path)).status).toBe(404);
		expect((await raw('/v1/subscriptions/a/b')).status).toBe(404);
	});

	it('rejects every write: the key is read-only', async () => {
		const { stripe, log, control } = await start(subscribers(1));
		const error = await errorOf(stripe.subscriptions.update('sub_1', { metadata: { a: 'b' } }));
		expect(error).toBeInstanceOf(Stripe.errors.StripePermissionError);
		expect(error.message).toContain("'rak_subscription_write'");
		await errorOf(stripe.subscriptions.cancel('sub_1'));
		await errorOf(stripe.customers.create({ email: 'x@example.com' }));
		expect(control.get('subscriptions', 'sub_1')).toMatchObject({ status: 'active', metadata: {} });
		expect(log.list().map(({ method, status, body }) => [method, status, body])).toEqual([
			['POST', 403, { 'metadata[a]': 'b' }],
			['DELETE', 403, null],
			['POST', 403, { email: 'x@example.com' }]
		]);
	});

	it('rejects resources without permission, directly or expanded', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.setPermission('invoices', false);
		expect((await errorOf(stripe.invoices.list())).message).toContain("Having the 'rak_invoice_read' permission");
		expect((await errorOf(stripe.subscriptions.list({ expand: ['data.latest_invoice'] }))).statusCode).toBe(403);
		expect((await stripe.subscriptions.list()).data).toHaveLength(1);
		control.setPermission('invoices', true);
		expect((await stripe.invoices.list()).data).toHaveLength(1);
	});

	it('limits the request rate per endpoint', async () => {
		const { stripe } = await start(subscribers(1), { ratePerSecond: 2 });
		await stripe.subscriptions.list();
		await stripe.subscriptions.list();
		const error = await errorOf(Promise.all(Array.from({ length: 4 }, () => stripe.subscriptions.list())));
		expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
		expect(error).toMatchObject({ code: 'rate_limit', headers: { 'stripe-rate-limited-reason': 'endpoint-rate' } });
		expect(error.headers).not.toHaveProperty('retry-after');
		await stripe.subscriptions.retrieve('sub_1');
	});
});

describe('Stripe faults', () => {
	it('stripe-node retries 500 but not 429', async () => {
		const { client, faults, log } = await start(subscribers(1));
		const stripe = client(undefined, { maxNetworkRetries: 1 });
		faults.add({ target: 'stripe', kind: '429', times: 1 });
		expect(await errorOf(stripe.subscriptions.list())).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
		faults.add({ target: 'stripe', kind: '500', times: 1, match: 'GET /v1/subscriptions' });
		expect((await stripe.subscriptions.list()).data).toHaveLength(1);
		expect(log.list().map((entry) => entry.status)).toEqual([429, 500, 200]);
	});

	it('answers with any status, drops the connection or times out', async () => {
		const { client, stripe, faults, log, control } = await start(subscribers(1));
		faults.add({ target: 'stripe', kind: 'status', status: 402, times: 1 });
		expect((await errorOf(stripe.subscriptions.list())).statusCode).toBe(402);
		faults.add({ target: 'stripe', kind: 'drop', times: 2 });
		expect(await errorOf(stripe.subscriptions.list())).toBeInstanceOf(Stripe.errors.StripeConnectionError);
		faults.add({ target: 'stripe', kind: 'timeout', times: 1 });
		expect((await errorOf(client(undefined, { timeout: 50 }).subscriptions.list())).message).toContain('timeout');
		await expect.poll(() => log.list().at(-1)?.status).toBe(0);
		control.setLatency(5);
		faults.add({ target: 'stripe', kind: 'latency', ms: 5, times: 1 });
		expect((await stripe.subscriptions.list()).data).toHaveLength(1);
		expect(log.list().map((entry) => entry.status)).toEqual([402, 0, 0, 0, 200]);
	});

	it('holds a request until the faults are cleared', async () => {
		const { stripe, faults, log } = await start(subscribers(1));
		faults.add({ target: 'stripe', kind: 'hold', times: 1 });
		const heldRequest = stripe.subscriptions.list();
		await expect.poll(() => log.list().length).toBe(1);
		expect((await stripe.subscriptions.list()).data).toHaveLength(1);
		expect(log.list().map(({ status }) => status)).toEqual([null, 200]);
		faults.clear();
		expect((await heldRequest).data).toHaveLength(1);
	});

	it('truncates, empties and repeats list pages', async () => {
		const { stripe, faults } = await start(subscribers(10));
		const all = async () => {
			const found: string[] = [];
			for await (const item of stripe.subscriptions.list({ limit: 4 })) found.push(item.id);
			return found;
		};
		faults.add({ target: 'stripe', kind: 'truncate', times: 1, after: 1 });
		expect(await all()).toEqual(['sub_10', 'sub_9', 'sub_8', 'sub_7', 'sub_6', 'sub_5']);
		faults.add({ target: 'stripe', kind: 'empty', times: 1 });
		expect(await all()).toEqual([]);
		faults.add({ target: 'stripe', kind: 'repeat', times: 1, after: 1 });
		const repeated = await all();
		expect(repeated).toHaveLength(14);
		expect(new Set(repeated).size).toBe(10);
		expect(repeated.slice(4, 8)).toEqual(repeated.slice(0, 4));
	});
});
