import { describe, expect, it, vi } from 'vitest';
import { controlApi } from '../../../sandbox/control/api.js';
import { SandboxEnvironment, STRIPE_KEY, TOKEN } from '../../../sandbox/environment/environment.js';

/** The control API without a bot. */
function open() {
	const environment = new SandboxEnvironment(() => 4400);
	const api = controlApi(environment);
	const call = async (what: string, body?: unknown, headers: Record<string, string> = {}) => {
		const [method = 'GET', path = '/'] = what.split(' ');
		const text = body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) };
		const response = await api.request(path, { method, headers, ...text });
		return { status: response.status, body: (await response.json()) as Record<string, unknown> };
	};
	return { environment, api, call };
}

describe('control API', () => {
	it('answers 404 for an unknown route', async () => {
		const { status, body } = await open().call('GET /api/nothing');
		expect(status).toBe(404);
		expect(body.error).toContain('GET /api/nothing');
	});

	it('gives the newest requests, oldest first', async () => {
		const { environment, api } = open();
		for (const path of ['/a', '/b', '/c']) environment.log.add({ target: 'stripe', method: 'GET', path, query: {}, body: null });
		const paths = async (url: string) => ((await (await api.request(url)).json()) as { path: string }[]).map(({ path }) => path);
		expect(await paths('/api/requests?limit=2')).toEqual(['/b', '/c']);
		expect(await paths('/api/requests?limit=9')).toEqual(['/a', '/b', '/c']);
		expect(await paths('/api/requests')).toEqual(['/a', '/b', '/c']);
	});

	it.each([
		['POST /api/command', { user: 'operator' }, 'command: is missing'],
		['POST /api/command', { user: 'operator', command: 'reconcile run', colour: 1 }, 'unknown: colour'],
		['POST /api/command', 'no json', 'the body is not valid JSON'],
		['POST /api/click', { user: 'operator', messageId: 1, customId: 'a' }, 'messageId: must be a string, but is number'],
		['POST /api/faults', { target: 'moon', kind: '500' }, 'target: must be stripe, discord, gateway or smtp'],
		['POST /api/faults', { target: 'gateway', kind: '500' }, 'kind: must be one of drop, '],
		['POST /api/guild', { action: 'burn' }, 'action: must be kick, '],
		['POST /api/restart', { signal: 'SIGHUP' }, 'signal: must be SIGTERM or SIGKILL'],
		['GET /api/runs?limit=none', undefined, 'limit: must be a number'],
		['GET /api/runs?issues=some', undefined, 'issues: must be true or false'],
		['GET /api/messages?limit=0', undefined, 'limit: must be at least 1'],
		['GET /api/issues?status=LOST', undefined, 'status: must be one of OPEN, FIXING, FIXED, RESOLVED'],
		['POST /api/stripe/settings', { permissions: { money: false } }, 'permissions'],
		['POST /api/stripe/settings', { ratePerSecond: 0 }, 'ratePerSecond'],
		['POST /api/stripe/settings', { afterRetries: 'forgive' }, 'afterRetries'],
		['POST /api/stripe/settings', { onDispute: 'forgive' }, 'onDispute'],
		['POST /api/discord/settings', { limits: { moon: 1 } }, 'unknown: moon'],
		['POST /api/reset', {}, 'give either a scenario'],
		['POST /api/reset', { scenario: 'council', world: {} }, 'give either a scenario'],
		['POST /api/reset', { scenario: 'village' }, 'scenario: must be council or metropolis'],
		['POST /api/reset', { scenario: 'metropolis', size: 0.5 }, 'size: must be a whole number'],
		['POST /api/reset', { scenario: 'council', env: { DATA_DIR: '/tmp' } }, 'DATA_DIR cannot be set'],
		['POST /api/reset', { world: { guild: { members: [{ id: '1001' }] } } }, 'world.guild.members.0.username: is missing'],
		['POST /api/reset', { world: { database: { members: [{ id: 'm', teamId: 't' }] } } }, 'member row m names team t']
	])('answers %s %o with 400 and the reason', async (what, body, why) => {
		const { environment, call } = open();
		const reset = vi.spyOn(environment, 'reset');
		const answer = await call(what, body);
		expect(answer.status).toBe(400);
		expect(answer.body.error).toContain(why);
		expect(reset).not.toHaveBeenCalled();
	});

	it('adds, lists and clears faults', async () => {
		const { environment, call } = open();
		const fault = { target: 'stripe', kind: 'latency', ms: 50, match: '/v1/subscriptions', times: 2 };
		expect(await call('POST /api/faults', fault)).toEqual({ status: 201, body: { ...fault, id: 'fault_1' } });
		expect((await call('GET /api/faults')).body).toHaveLength(1);
		await call('DELETE /api/faults');
		expect(environment.faults.list()).toEqual([]);
	});

	it('clears one fault alone, and what it held', async () => {
		const { environment, call } = open();
		await call('POST /api/faults', { target: 'stripe', kind: 'hold' });
		await call('POST /api/faults', { target: 'stripe', kind: '500' });
		const held = environment.faults.waitForHolds(environment.faults.take('stripe', 'GET /v1/events'));
		expect((await call('DELETE /api/faults/fault_1')).status).toBe(200);
		await held;
		expect(environment.faults.list().map(({ id }) => id)).toEqual(['fault_2']);
		expect(await call('DELETE /api/faults/fault_1')).toEqual({ status: 404, body: { error: 'there is no fault fault_1' } });
	});

	it('finds requests by service and by text in the method, the path or the status', async () => {
		const { environment, api } = open();
		const request = { method: 'GET', query: {}, body: null };
		environment.log.add({ ...request, target: 'stripe', path: '/v1/Events' }).status = 200;
		environment.log.add({ ...request, target: 'stripe', path: '/v1/prices' }).status = 429;
		environment.log.add({ ...request, target: 'discord', path: '/events' }).status = 200;
		const paths = async (query: string) =>
			((await (await api.request(`/api/requests?${query}`)).json()) as { path: string }[]).map(({ path }) => path);
		expect(await paths('text=events')).toEqual(['/v1/Events', '/events']);
		expect(await paths('text=429')).toEqual(['/v1/prices']);
		expect(await paths('target=stripe&text=get')).toEqual(['/v1/Events', '/v1/prices']);
	});

	it('says what the key may read', async () => {
		const { call } = open();
		await call('POST /api/stripe/settings', { permissions: { invoices: false } });
		expect((await call('GET /api/stripe/settings')).body).toMatchObject({ permissions: { invoices: false, events: true } });
	});

	it('leaves out interactions that it does not have', async () => {
		expect(await open().call('GET /api/interactions?ids=1,2')).toEqual({ status: 200, body: [] });
	});

	it('converts numbers and booleans to settings and removes null ones', async () => {
		const { environment, call } = open();
		const reset = vi.spyOn(environment, 'reset').mockResolvedValue({ ms: 5 });
		const env = { RECONCILIATION_AUTO_FIX: true, RECONCILIATION_HOUR: 4, ADMIN_EMAIL: null };
		const answer = await call('POST /api/reset', { scenario: 'metropolis', size: 100, env });
		expect(answer).toEqual({ status: 200, body: { ready: true, ms: 5, scenario: 'metropolis', expected: 5 } });
		expect(reset.mock.calls[0]?.[0].settings).toEqual({ RECONCILIATION_AUTO_FIX: 'true', RECONCILIATION_HOUR: '4', ADMIN_EMAIL: null });
	});

	it('creates, changes and cancels customers and subscriptions', async () => {
		const { call } = open();
		expect((await call('POST /api/stripe/customers', { id: 'cus_1' })).status).toBe(201);
		expect((await call('POST /api/stripe/subscriptions', { id: 'sub_1', customer: 'cus_1' })).status).toBe(201);
		const changed = await call('PATCH /api/stripe/subscriptions/sub_1', { status: 'past_due' });
		expect(changed.body).toMatchObject({ id: 'sub_1', status: 'past_due' });
		expect((await call('DELETE /api/stripe/subscriptions/sub_1')).body).toMatchObject({ status: 'canceled' });
		expect((await call('GET /api/stripe/subscriptions/sub_2')).status).toBe(404);
	});

	it('fails, refunds and disputes payments, and lets time pass for a subscription', async () => {
		const { call } = open();
		await call('POST /api/stripe/customers', { id: 'cus_1' });
		await call('POST /api/stripe/subscriptions', { id: 'sub_1', customer: 'cus_1' });
		const paid = (await call('POST /api/stripe/subscriptions/sub_1/refund', { amount: 100 })).body;
		expect(paid).toMatchObject({ id: 're_000001', subscription: 'sub_1', amount: 100 });
		expect((await call('POST /api/stripe/subscriptions/sub_1/dispute')).status).toBe(201);
		expect((await call('POST /api/stripe/disputes/dp_000001/close', { status: 'lost' })).body).toMatchObject({ status: 'lost' });
		expect((await call('GET /api/stripe/refunds')).body).toMatchObject([{ id: 're_000001' }]);
		expect((await call('GET /api/stripe/disputes')).body).toMatchObject([{ id: 'dp_000001', status: 'lost' }]);
		expect((await call('POST /api/stripe/subscriptions/sub_1/fail-payment')).body).toMatchObject({ status: 'past_due' });
		expect((await call('POST /api/stripe/subscriptions/sub_1/fail-payment', { amount: 1 })).status).toBe(400);
		await call('POST /api/stripe/settings', { afterRetries: 'cancel' });
		expect((await call('POST /api/stripe/subscriptions/sub_1/advance', { days: 10 })).body).toMatchObject({ status: 'canceled' });
		expect(await call('POST /api/stripe/subscriptions/sub_1/advance')).toMatchObject({
			status: 409,
			body: { error: 'sub_1 has ended: nothing is due any more' }
		});
	});

	it('creates, advances and deletes test clocks', async () => {
		const { call } = open();
		await call('POST /api/stripe/customers', { id: 'cus_1' });
		await call('POST /api/stripe/subscriptions', { id: 'sub_1', customer: 'cus_1', cancel_at_period_end: true });
		const clock = await call('POST /api/stripe/test-clocks', { customer: 'cus_1' });
		expect(clock).toMatchObject({ status: 201, body: { id: 'clock_1', customers: ['cus_1'] } });
		expect((await call('POST /api/stripe/test-clocks/clock_1/advance', { days: 32 })).body).toMatchObject({ status: 'ready' });
		expect((await call('GET /api/stripe/subscriptions/sub_1')).body).toMatchObject({ status: 'canceled' });
		expect((await call('GET /api/stripe/test-clocks/clock_1')).body).toMatchObject({ id: 'clock_1' });
		expect((await call('GET /api/stripe/test-clocks')).body).toHaveLength(1);
		expect((await call('POST /api/stripe/advance', { days: 1 })).body).toEqual({ subscriptions: 0 });
		expect((await call('DELETE /api/stripe/test-clocks/clock_1')).body).toEqual({ id: 'clock_1', deleted: true });
		expect((await call('GET /api/stripe/test-clocks/clock_1')).status).toBe(404);
	});

	it('sets the rate limits of Stripe and Discord', async () => {
		const { environment, call } = open();
		const status = async () =>
			(await environment.stripe.app.request('/v1/balance', { headers: { authorization: `Bearer ${STRIPE_KEY}` } })).status;
		await call('POST /api/stripe/settings', { ratePerSecond: 1 });
		expect([await status(), await status()]).toEqual([200, 429]);
		await call('POST /api/stripe/settings', { ratePerSecond: null });
		expect([await status(), await status()]).toEqual([200, 200]);

		const me = async () =>
			(await environment.discord.app.request('/api/v10/users/@me', { headers: { authorization: `Bot ${TOKEN}` } })).headers.get(
				'x-ratelimit-limit'
			);
		await call('POST /api/discord/settings', { limits: { others: { limit: 7, seconds: 60 } } });
		expect(await me()).toBe('7');
		environment.discord.load([]);
		expect(await me()).toBe('50');
	});

	it('counts requests by kind and answers 409 for usage while the bot is down', async () => {
		const { environment, call } = open();
		await environment.stripe.app.request('/v1/customers/cus_1');
		expect((await call('GET /api/requests/count')).body).toEqual([
			{ target: 'stripe', method: 'GET', path: '/v1/customers/:id', status: 401, count: 1 }
		]);
		expect((await call('GET /api/usage')).status).toBe(409);
	});

	it('has no rows and no expected issues before the first reset', async () => {
		const { call } = open();
		expect((await call('GET /api/runs')).body).toEqual([]);
		expect((await call('GET /api/expected')).status).toBe(404);
		expect((await call('POST /api/restart')).status).toBe(409);
	});

	it('rejects requests from other origins and hosts', async () => {
		const { call } = open();
		expect((await call('POST /api/reset', { scenario: 'council' }, { origin: 'https://example.com' })).status).toBe(403);
		expect((await call('GET /api/state', undefined, { host: 'example.com' })).status).toBe(403);
		expect((await call('GET /api/state', undefined, { host: '127.0.0.1:4400', origin: 'http://127.0.0.1:4400' })).status).toBe(200);
	});

	it('lists every call with an example on the index page', async () => {
		const page = await (await open().api.request('/api')).text();
		for (const call of ['/api/command', '/api/click', '/api/reset', '/api/faults', '/api/inbox'])
			expect(page).toContain(`http://127.0.0.1:4400${call}`);
	});
});
