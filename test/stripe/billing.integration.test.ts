import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { type WorldInput, worldSchema } from '../../sandbox/world/world.js';
import type { Accounts } from '../../src/reconciliation/domain/billing.js';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import type { Progress } from '../../src/reconciliation/domain/run.js';
import { createBilling } from '../../src/stripe/billing.js';

/** The adapter with the real stripe-node, over a real socket, against the sandbox's Stripe. */

const KEY = 'rk_test_sandboxkey';
const ADA = '109758394758392104';
const BOB = '109758394758392105';
const EVE = '109758394758392106';

let log: RequestLog;
let faults: Faults;
let stripe: SandboxStripe;
let server: ServerType;
let apiUrl: string;

beforeEach(async () => {
	log = new RequestLog();
	faults = new Faults();
	stripe = new SandboxStripe({ log, faults, key: KEY });
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

/** Sleeps are recorded and advance the clock at once. */
function billing(key = KEY, deadlineMs?: number) {
	const slept: number[] = [];
	let time = 0;
	const timing = {
		now: () => time,
		sleep: async (ms: number) => {
			slept.push(ms);
			time += ms;
		},
		random: () => 0.5
	};
	const options = { secretKey: key, apiUrl, discordIdKey: 'discord_id', timing, requestsPerSecond: 1_000 };
	return Object.assign(createBilling({ ...options, ...(deadlineMs === undefined ? {} : { deadlineMs }) }), { slept });
}

/** Ranges of the first reading that turn out empty here: its initial splits are newer than every object. */
const EMPTY_RANGES = 3;

const ignoreProgress = () => {};
const subscriptionsIn = (accounts: Accounts) =>
	new Map([...accounts.values()].flatMap((account) => account.subscriptions.map((each) => [each.id, each] as const)));
const requestsTo = (path: string) => log.list().filter((request) => request.path === path);

/** `size` customers with one active subscription each. */
function activeCustomers(size: number, customerMetadata: Record<string, string> = {}): NonNullable<WorldInput['stripe']> {
	const numbers = Array.from({ length: size }, (_, index) => index);
	return {
		customers: numbers.map((n) => ({ id: `cus_${n}`, email: `n${n}@example.com`, metadata: customerMetadata })),
		subscriptions: numbers.map((n) => ({
			id: `sub_${n}`,
			customer: `cus_${n}`,
			status: 'active',
			price: 'price_knight',
			created: 1_700_000_000 + n
		}))
	};
}

describe('readAll', () => {
	test('reads 250 subscriptions with ten requests: three pages, three empty ranges, one end check, one for invoices, two for events', async () => {
		load(activeCustomers(250));
		const progress: Progress[] = [];
		const snapshot = await billing().readAll((step) => progress.push(step));
		expect(snapshot.subscriptionsRead).toBe(250);
		expect(snapshot.accounts.size).toBe(250);
		expect(snapshot.livemode).toBe(false);
		expect(snapshot.changedCustomers.size).toBe(0);
		expect(requestsTo('/v1/subscriptions')).toHaveLength(EMPTY_RANGES + 3 + 1);
		expect(requestsTo('/v1/invoices')).toHaveLength(1);
		expect(requestsTo('/v1/events')).toHaveLength(2);
		expect(log.list()).toHaveLength(10);
		expect(progress).toEqual([
			{ source: 'stripe', done: 100, total: null, finished: false },
			{ source: 'stripe', done: 200, total: null, finished: false },
			{ source: 'stripe', done: 250, total: null, finished: false },
			{ source: 'stripe', done: 250, total: 250, finished: true }
		]);
	});

	test('wastes no request from the second reading on, as it knows the page boundaries', async () => {
		load(activeCustomers(250));
		const reader = billing();
		await reader.readAll(ignoreProgress);
		log.clear();
		for (let n = 0; n < 40; n++) stripe.create('subscriptions', { customer: `cus_${n}`, status: 'active', price: 'price_lord' });
		expect((await reader.readAll(ignoreProgress)).subscriptionsRead).toBe(290);
		expect(requestsTo('/v1/subscriptions')).toHaveLength(3 + 1);
		expect(log.list()).toHaveLength(7);
	});

	test('includes ended subscriptions, prices, metadata IDs and customers', async () => {
		load({
			customers: [{ id: 'cus_ada', email: 'ada@example.com', name: 'Ada', metadata: { discord_id: ADA } }, { id: 'cus_bob' }],
			subscriptions: [
				{ id: 'sub_old', customer: 'cus_ada', status: 'canceled', price: 'price_knight', created: 1_700_000_000 },
				{
					id: 'sub_new',
					customer: 'cus_ada',
					status: 'active',
					created: 1_710_000_000,
					items: [
						{ price: 'price_knight', quantity: 0 },
						{ price: 'price_lord', quantity: 2 }
					],
					cancel_at_period_end: true
				},
				{
					id: 'sub_bob',
					customer: 'cus_bob',
					status: 'active',
					price: 'price_knight',
					created: 1_705_000_000,
					metadata: { discord_id: BOB }
				}
			]
		});
		const { accounts } = await billing().readAll(ignoreProgress);
		expect(accounts.get('cus_ada')?.customer).toMatchObject({ id: 'cus_ada', metadataDiscordId: ADA });
		const subscriptions = subscriptionsIn(accounts);
		expect([...subscriptions.keys()].sort()).toEqual(['sub_bob', 'sub_new', 'sub_old']);
		const [newest, bobs, oldest] = ['sub_new', 'sub_bob', 'sub_old'].map((id) => subscriptions.get(id));
		expect([newest?.status, newest?.cancelAtPeriodEnd, newest?.metadataDiscordId]).toEqual(['active', true, null]);
		expect(newest?.createdAt).toEqual(new Date(1_710_000_000_000));
		expect(newest?.items).toEqual([{ price: 'price_lord', product: 'prod_lord' }]);
		expect(bobs?.metadataDiscordId).toBe(BOB);
		expect(oldest?.status).toBe('canceled');
	});

	const startedAt = Math.floor(Date.now() / 1000);
	/** Seconds since 1970. */
	const daysAgo = (days: number) => startedAt - days * 86_400;
	const dated = async (port = billing()) => {
		const subscriptions = subscriptionsIn((await port.readAll(ignoreProgress)).accounts);
		return new Map([...subscriptions].map(([id, { unpaidSince, lastPaidAt }]) => [id, { unpaidSince, lastPaidAt }]));
	};
	const at = (seconds: number) => new Date(seconds * 1000);

	test('dates a debt by the oldest open invoice that is newer than the last paid one', async () => {
		const [old, paid, failed] = [daysAgo(200), daysAgo(170), daysAgo(1)];
		const common = { customer: 'cus_1', status: 'past_due', price: 'price_knight', created: daysAgo(300) };
		load({
			customers: [{ id: 'cus_1' }],
			subscriptions: [
				{
					...common,
					id: 'sub_former',
					failedAt: failed,
					invoices: [
						{ created: old, status: 'open' },
						{ created: paid, status: 'paid' }
					]
				},
				{ ...common, id: 'sub_never_paid', failedAt: failed, invoices: [{ created: old, status: 'open' }] },
				{
					...common,
					id: 'sub_written_off',
					invoices: [
						{ created: old, status: 'open' },
						{ created: paid, status: 'paid' },
						{ created: failed, status: 'uncollectible' }
					]
				},
				{ ...common, id: 'sub_no_invoice', invoices: [{ created: paid, status: 'paid' }] }
			]
		});
		const expected = new Map([
			['sub_former', { unpaidSince: at(failed), lastPaidAt: at(paid) }],
			['sub_never_paid', { unpaidSince: at(old), lastPaidAt: at(daysAgo(300)) }],
			['sub_written_off', { unpaidSince: null, lastPaidAt: at(paid) }],
			['sub_no_invoice', { unpaidSince: null, lastPaidAt: at(paid) }]
		]);
		const port = billing();
		for (const [id, debt] of await dated(port)) expect([id, debt]).toEqual([id, expected.get(id)]);
		const { accounts } = await port.readCustomers(['cus_1']);
		for (const [id, { unpaidSince, lastPaidAt }] of subscriptionsIn(accounts))
			expect({ unpaidSince, lastPaidAt }).toEqual(expected.get(id));
	});

	test('reads invoices back to the last paid one, over several pages', async () => {
		const invoices = Array.from({ length: 45 }, (_, month) => ({ created: daysAgo(10 + month), status: 'open' as const }));
		const paid = [
			{ created: daysAgo(60), status: 'paid' as const },
			{ created: daysAgo(70), status: 'open' as const }
		];
		load({
			customers: [{ id: 'cus_1' }],
			subscriptions: [
				{
					id: 'sub_1',
					customer: 'cus_1',
					status: 'past_due',
					price: 'price_knight',
					created: daysAgo(300),
					invoices: [...invoices, ...paid]
				}
			]
		});
		expect((await dated()).get('sub_1')).toEqual({ unpaidSince: at(daysAgo(54)), lastPaidAt: at(daysAgo(60)) });
		expect(requestsTo('/v1/invoices')).toHaveLength(1 + 3);
	});

	test('reads the invoices of a subscription again only when one was added or paid', async () => {
		const [formerDebt, failedAt] = [daysAgo(200), daysAgo(5)];
		const invoices = [
			{ created: formerDebt, status: 'open' as const },
			{ created: daysAgo(170), status: 'paid' as const }
		];
		const only = { id: 'sub_1', customer: 'cus_1', status: 'past_due', price: 'price_knight', created: daysAgo(300), failedAt, invoices };
		load({ customers: [{ id: 'cus_1' }], subscriptions: [only] });
		const port = billing();
		const requests = async () => {
			const before = requestsTo('/v1/invoices').length;
			expect((await dated(port)).get('sub_1')?.unpaidSince).toEqual(at(failedAt));
			return requestsTo('/v1/invoices').length - before;
		};
		expect([await requests(), await requests()]).toEqual([2, 1]);
		load({ customers: [{ id: 'cus_1' }], subscriptions: [{ ...only, failedAt: daysAgo(40) }] });
		expect((await dated(port)).get('sub_1')?.unpaidSince).toEqual(at(daysAgo(40)));
	});

	test.each([
		['open for three months', 'past_due', 70],
		['followed by drafts, which have no number', 'unpaid', 70]
	])('dates a debt by the numbers of its invoices, without another request: %s', async (_, status, days) => {
		load({
			customers: [{ id: 'cus_1' }],
			subscriptions: [{ id: 'sub_1', customer: 'cus_1', status, price: 'price_knight', created: daysAgo(300), failedAt: daysAgo(days) }]
		});
		expect((await dated()).get('sub_1')).toEqual({ unpaidSince: at(daysAgo(days)), lastPaidAt: null });
		expect(requestsTo('/v1/invoices')).toHaveLength(1);
	});

	test('dates subscriptions whose only open invoice is the latest with one request', async () => {
		const failedAt = daysAgo(5);
		load({
			customers: [{ id: 'cus_1' }, { id: 'cus_2' }, { id: 'cus_3' }],
			subscriptions: [
				{ id: 'sub_1', customer: 'cus_1', status: 'past_due', price: 'price_knight', failedAt },
				{ id: 'sub_2', customer: 'cus_2', status: 'unpaid', price: 'price_knight', failedAt: failedAt - 20 * 86_400 },
				{ id: 'sub_3', customer: 'cus_3', status: 'active', price: 'price_knight' }
			]
		});
		const subscriptions = subscriptionsIn((await billing().readAll(ignoreProgress)).accounts);
		const since = new Map([...subscriptions].map(([id, { unpaidSince }]) => [id, unpaidSince]));
		expect(since.get('sub_1')).toEqual(new Date(failedAt * 1000));
		expect(since.get('sub_2')).toEqual(new Date((failedAt - 20 * 86_400) * 1000));
		expect(since.get('sub_3')).toBeNull();
		expect(requestsTo('/v1/invoices')).toHaveLength(1);
	});

	test('reads all items of a subscription with more than Stripe embeds', async () => {
		const items = Array.from({ length: 30 }, (_, n) => ({ price: `price_${n}`, quantity: 1 }));
		load({ customers: [{ id: 'cus_1' }], subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', items }] });
		const only = subscriptionsIn((await billing().readAll(ignoreProgress)).accounts).get('sub_1');
		expect(only?.items.map(({ price }) => price)).toEqual(expect.arrayContaining(items.map(({ price }) => price)));
		expect(requestsTo('/v1/subscription_items')).toHaveLength(1);
	});

	test('takes the mode of an empty account from the key', async () => {
		load({ customers: [], subscriptions: [] });
		expect(await billing().readAll(ignoreProgress)).toMatchObject({ subscriptionsRead: 0, livemode: false });
	});

	test('sends only GET requests', async () => {
		load(activeCustomers(3));
		await billing().readAll(ignoreProgress);
		expect(new Set(log.list().map(({ method }) => method))).toEqual(new Set(['GET']));
	});
});

describe('readAll, changes during the reading', () => {
	/** Reads everything and calls `change` after the first page. */
	async function readWhile(change: () => void) {
		let changed = false;
		return billing().readAll(() => {
			if (!changed) change();
			changed = true;
		});
	}

	test('reports a changed subscription whose metadata names a member', async () => {
		load(activeCustomers(150, { discord_id: ADA }));
		const snapshot = await readWhile(() =>
			stripe.update('subscriptions', 'sub_149', { status: 'canceled', metadata: { discord_id: EVE } })
		);
		expect([...snapshot.changedCustomers]).toEqual(['cus_149']);
		expect(snapshot.changedDiscordIds).toContain(EVE);
	});

	test('reports only changes after the baseline event', async () => {
		load(activeCustomers(150));
		stripe.update('subscriptions', 'sub_1', { metadata: { discord_id: BOB } });
		const snapshot = await readWhile(() => stripe.update('subscriptions', 'sub_2', { status: 'canceled' }));
		expect([...snapshot.changedCustomers]).toEqual(['cus_2']);
		expect(snapshot.changedDiscordIds.size).toBe(0);
	});

	test('reports the Discord ID before and after a change of metadata', async () => {
		load(activeCustomers(1, { discord_id: ADA }));
		const snapshot = await readWhile(() => stripe.update('customers', 'cus_0', { metadata: { discord_id: BOB } }));
		expect([...snapshot.changedDiscordIds].sort()).toEqual([ADA, BOB]);
	});

	test('reports the member whom a value may mean', async () => {
		load(activeCustomers(1));
		const snapshot = await readWhile(() => stripe.update('customers', 'cus_0', { metadata: { discord_id: `"${ADA}"` } }));
		expect([...snapshot.changedDiscordIds]).toEqual([ADA]);
	});

	test('ignores metadata values that are no Discord ID', async () => {
		load(activeCustomers(1));
		const snapshot = await readWhile(() => stripe.update('customers', 'cus_0', { metadata: { discord_id: 'ada#1234' } }));
		expect(snapshot.changedDiscordIds.size).toBe(0);
		expect(snapshot.changedCustomers.size).toBe(1);
	});

	test('reads more than one page of events', async () => {
		load(activeCustomers(130));
		const snapshot = await readWhile(() => {
			for (let n = 0; n < 130; n++) stripe.update('subscriptions', `sub_${n}`, { status: 'canceled' });
		});
		expect(snapshot.changedCustomers.size).toBe(130);
	});

	test('reports the member named by an old customer that subscribes now', async () => {
		const world = activeCustomers(1);
		load({ ...world, customers: [...(world.customers ?? []), { id: 'cus_late', metadata: { discord_id: EVE } }] });
		const snapshot = await readWhile(() => stripe.create('subscriptions', { customer: 'cus_late', status: 'active', price: 'price_lord' }));
		expect(snapshot.changedCustomers).toContain('cus_late');
		expect(snapshot.changedDiscordIds).toContain(EVE);
	});
});

describe('readCustomers', () => {
	test('returns customers, their subscriptions and how long they are unpaid', async () => {
		const failedAt = Math.floor(Date.now() / 1000) - 86_400;
		load({
			customers: [{ id: 'cus_1', metadata: { discord_id: ADA } }, { id: 'cus_2', email: 'two@example.com' }, { id: 'cus_3' }],
			subscriptions: [
				{ id: 'sub_1', customer: 'cus_1', status: 'past_due', price: 'price_knight', failedAt },
				{ id: 'sub_1b', customer: 'cus_1', status: 'canceled', price: 'price_lord' },
				{ id: 'sub_3', customer: 'cus_3', status: 'active', price: 'price_knight' }
			]
		});
		const snapshot = await billing().readCustomers(['cus_1', 'cus_2', 'cus_1']);
		expect([...snapshot.accounts.values()].map(({ customer }) => customer.id).sort()).toEqual(['cus_1', 'cus_2']);
		expect(snapshot.accounts.get('cus_1')?.customer.metadataDiscordId).toBe(ADA);
		expect(snapshot.accounts.get('cus_2')?.customer.email).toBe('two@example.com');
		const subscriptions = subscriptionsIn(snapshot.accounts);
		expect([...subscriptions.keys()].sort()).toEqual(['sub_1', 'sub_1b']);
		expect(subscriptions.get('sub_1')?.unpaidSince).toEqual(new Date(failedAt * 1000));
		expect(snapshot.livemode).toBe(false);
	});

	test('names customers that were deleted or never existed', async () => {
		load({ customers: [{ id: 'cus_1' }, { id: 'cus_2' }], subscriptions: [] });
		stripe.delete('customers', 'cus_1');
		const ids = ['cus_1', 'cus_2', 'cus_never', 'a/b', ''];
		const snapshot = await billing().readCustomers(ids);
		expect([...snapshot.accounts.values()].map(({ customer }) => customer.id)).toEqual(['cus_2']);
		expect(snapshot.subscriptionsRead).toBe(0);
		const missing = [
			['', 'unknown'],
			['a/b', 'unknown'],
			['cus_1', 'deleted'],
			['cus_never', 'unknown']
		];
		expect([...snapshot.missingCustomers].sort()).toEqual(missing);
		expect([...(await billing().findMissingCustomers(ids))].sort()).toEqual(missing);
	});

	test('does not have a customer of the other mode', async () => {
		load(activeCustomers(1));
		const message = "No such customer: 'cus_0'; a similar object exists in test mode, but a live mode key was used to make this request.";
		const body = { error: { type: 'invalid_request_error', code: 'resource_missing', message } };
		faults.add({ target: 'stripe', kind: 'status', match: 'GET /v1/customers/cus_0', status: 404, body });
		expect([...(await billing().findMissingCustomers(['cus_0']))]).toEqual([['cus_0', 'unknown']]);
		await expect(billing().findCustomer('cus_0')).rejects.toThrow('similar object exists in test mode');
	});

	test('sends no request for no customers', async () => {
		load(activeCustomers(1));
		expect((await billing().readCustomers([])).accounts.size).toBe(0);
		expect(log.list()).toEqual([]);
	});
});

describe('findCustomersByDiscordIds', () => {
	test('searches the metadata for ten members per request', async () => {
		load({
			customers: [
				{ id: 'cus_ada', metadata: { discord_id: ADA } },
				{ id: 'cus_other', metadata: { discord_id: "it's" } },
				{ id: 'cus_none' }
			]
		});
		const people = [ADA, "it's", ...Array.from({ length: 19 }, (_, index) => `${200000000000000000n + BigInt(index)}`)];
		const found = await billing().findCustomersByDiscordIds(people);
		expect(found.map(({ id, metadataDiscordId }) => [id, metadataDiscordId]).sort()).toEqual([
			['cus_ada', ADA],
			['cus_other', "it's"]
		]);
		expect(requestsTo('/v1/customers/search')).toHaveLength(3);
	});

	test('returns nothing, without an error, where Stripe offers no search', async () => {
		faults.add({
			target: 'stripe',
			kind: 'status',
			match: 'GET /v1/customers/search',
			status: 400,
			body: { error: { type: 'invalid_request_error', message: 'no' } }
		});
		expect(await billing().findCustomersByDiscordIds([ADA])).toEqual([]);
	});
});

describe('searchCustomersByMetadata', () => {
	test('searches the metadata of customers and of subscriptions, ended ones included', async () => {
		load({
			customers: [
				{ id: 'cus_own', metadata: { discord_id: ADA } },
				{ id: 'cus_named' },
				{ id: 'cus_ended' },
				{ id: 'cus_bob', metadata: { discord_id: BOB } }
			],
			subscriptions: [
				{ id: 'sub_1', customer: 'cus_own', status: 'active', price: 'price_lord', metadata: { discord_id: ADA } },
				{ id: 'sub_2', customer: 'cus_named', status: 'active', price: 'price_lord', metadata: { discord_id: ADA } },
				{ id: 'sub_3', customer: 'cus_ended', status: 'canceled', price: 'price_lord', metadata: { discord_id: ADA } },
				{ id: 'sub_4', customer: 'cus_bob', status: 'active', price: 'price_lord', metadata: { other: ADA } }
			]
		});
		expect([...(await billing().searchCustomersByMetadata(ADA))].sort()).toEqual(['cus_ended', 'cus_named', 'cus_own']);
		expect(requestsTo('/v1/subscriptions/search')).toHaveLength(1);
	});

	test('finds the usual forms of an ID as well: a mention, spaces, quotes, and what a number makes of it', async () => {
		const forms = [`<@${ADA}>`, `<@!${ADA}>`, `${ADA} `, `"${ADA}"`, String(Number(ADA)), `${ADA.slice(0, 15)}000`];
		load({
			customers: [...forms, `x${ADA}`].map((form, index) => ({ id: `cus_${index}`, metadata: { discord_id: form } })),
			subscriptions: []
		});
		expect([...(await billing().searchCustomersByMetadata(ADA))].sort()).toEqual(forms.map((_, index) => `cus_${index}`));
	});

	test('fails with a readable error where Stripe offers no search', async () => {
		faults.add({
			target: 'stripe',
			kind: 'status',
			match: 'GET /v1/subscriptions/search',
			status: 400,
			body: { error: { type: 'invalid_request_error', message: 'Search is not available in your country.' } }
		});
		await expect(billing().searchCustomersByMetadata(ADA)).rejects.toThrow(/did not accept the request for Subscriptions.*not available/);
	});
});

describe('findCustomersNaming', () => {
	test('finds a changed customer, a new subscription with metadata, and a new subscription of a named customer', async () => {
		load({
			customers: [
				{ id: 'cus_1' },
				{ id: 'cus_2' },
				{ id: 'cus_3', metadata: { discord_id: ADA } },
				{ id: 'cus_4' },
				{ id: 'cus_5', metadata: { discord_id: ADA } }
			],
			subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'active', price: 'price_knight' }]
		});
		const since = new Date();
		stripe.update('customers', 'cus_1', { metadata: { discord_id: ADA } });
		stripe.create('subscriptions', { customer: 'cus_2', status: 'active', price: 'price_lord', metadata: { discord_id: ADA } });
		stripe.create('subscriptions', { customer: 'cus_3', status: 'active', price: 'price_lord' });
		stripe.create('subscriptions', { customer: 'cus_4', status: 'active', price: 'price_lord', metadata: { discord_id: BOB } });
		expect([...(await billing().findCustomersNaming(ADA, since))].sort()).toEqual(['cus_1', 'cus_2', 'cus_3']);
	});

	test('finds customers whose value may mean the member', async () => {
		const values = [`<@${ADA}>`, `"${ADA}"`, String(Number(ADA)), 'ada', BOB];
		load({ customers: values.map((_, index) => ({ id: `cus_${index}` })), subscriptions: [] });
		const since = new Date();
		for (const [index, value] of values.entries()) stripe.update('customers', `cus_${index}`, { metadata: { discord_id: value } });
		expect([...(await billing().findCustomersNaming(ADA, since))].sort()).toEqual(['cus_0', 'cus_1', 'cus_2']);
	});

	test('fails for a time before the events that Stripe keeps', async () => {
		load(activeCustomers(1));
		await expect(billing().findCustomersNaming(ADA, new Date(Date.now() - 31 * 86_400_000))).rejects.toThrow('Run a reconciliation first');
	});

	/** Changes 250 customers that name no member: three pages of events. */
	const manyChanges = (note = 'moved') => {
		for (let n = 0; n < 250; n++) stripe.update('customers', `cus_${n}`, { metadata: { note } });
	};

	test('reads the events since a run once for many members, and then only newer ones', async () => {
		load(activeCustomers(250));
		const since = new Date();
		manyChanges();
		const client = billing();
		for (const id of [ADA, BOB, EVE]) expect(await client.findCustomersNaming(id, since)).toEqual([]);
		// Three pages, and one request for each later member.
		expect(requestsTo('/v1/events')).toHaveLength(3 + 2);
		stripe.update('customers', 'cus_7', { metadata: { discord_id: ADA } });
		manyChanges('moved again');
		stripe.update('customers', 'cus_9', { metadata: { discord_id: BOB } });
		expect(await client.findCustomersNaming(ADA, since)).toEqual(['cus_7']);
		expect(requestsTo('/v1/events')).toHaveLength(3 + 2 + 3);
		stripe.update('customers', 'cus_8', { metadata: { discord_id: ADA } });
		expect((await client.findCustomersNaming(ADA, new Date())).toSorted()).toEqual(['cus_7', 'cus_8']);
		expect(await client.findCustomersNaming(BOB, since)).toEqual(['cus_9']);
		expect(requestsTo('/v1/events')).toHaveLength(3 + 2 + 3 + 2);
	});

	test('reads the metadata of a newly subscribed customer once for many members', async () => {
		load({ customers: [{ id: 'cus_1', metadata: { discord_id: ADA } }, { id: 'cus_2' }] });
		const since = new Date();
		for (const customer of ['cus_1', 'cus_2']) stripe.create('subscriptions', { customer, status: 'active', price: 'price_knight' });
		const client = billing();
		expect(await client.findCustomersNaming(BOB, since)).toEqual([]);
		expect(await client.findCustomersNaming(ADA, since)).toEqual(['cus_1']);
		expect(requestsTo('/v1/customers/cus_1')).toHaveLength(1);
		expect(requestsTo('/v1/customers/cus_2')).toHaveLength(1);
	});

	test('reads events again for an earlier time', async () => {
		load(activeCustomers(250));
		const since = new Date(Date.now() - 3_600_000);
		const client = billing();
		expect(await client.findCustomersNaming(ADA, new Date())).toEqual([]);
		stripe.update('customers', 'cus_7', { metadata: { discord_id: ADA } });
		expect(await client.findCustomersNaming(ADA, since)).toEqual(['cus_7']);
	});

	test('shares the reading among concurrent calls, and misses nothing that changed before a call', async () => {
		load(activeCustomers(250));
		const since = new Date();
		manyChanges();
		const client = billing();
		const first = client.findCustomersNaming(ADA, since);
		await expect.poll(() => requestsTo('/v1/events').length).toBeGreaterThan(0);
		stripe.update('customers', 'cus_7', { metadata: { discord_id: ADA } });
		const others = await Promise.all(Array.from({ length: 10 }, () => client.findCustomersNaming(ADA, since)));
		for (const found of others) expect(found).toEqual(['cus_7']);
		await first;
		expect(requestsTo('/v1/events')).toHaveLength(3 + 1);
	});

	test('reads again what a failed reading left out', async () => {
		load(activeCustomers(250));
		const since = new Date();
		manyChanges();
		stripe.update('customers', 'cus_7', { metadata: { discord_id: ADA } });
		const client = billing();
		faults.add({ target: 'stripe', kind: 'status', match: 'GET /v1/events', after: 1, status: 400, times: 1 });
		await expect(client.findCustomersNaming(ADA, since)).rejects.toBeInstanceOf(SourceError);
		expect(await client.findCustomersNaming(ADA, since)).toEqual(['cus_7']);
	});

	test('returns nothing when nothing has changed', async () => {
		load(activeCustomers(3, { discord_id: ADA }));
		expect(await billing().findCustomersNaming(ADA, new Date())).toEqual([]);
	});
});

describe('readAll, failures', () => {
	/** Message of a failed reading. */
	async function failure(key = KEY, deadlineMs?: number): Promise<string> {
		const error = await billing(key, deadlineMs)
			.readAll(ignoreProgress)
			.then(
				() => null,
				(thrown: unknown) => thrown
			);
		expect(error).toBeInstanceOf(SourceError);
		const { message, source } = error as SourceError;
		expect(source).toBe('stripe');
		expect(message).not.toContain(key);
		return message;
	}

	beforeEach(() => load(activeCustomers(250)));

	test.each(['/v1/subscriptions', '/v1/invoices', '/v1/events'])(
		'ends a response of %s that trickles, however often a byte arrives',
		async (match) => {
			faults.add({ target: 'stripe', kind: 'slow', match, ms: 20 });
			expect(await failure(KEY, 300)).toContain('Stripe did not answer in time while Reeve was reading');
		}
	);

	test('stops reading a list that does not end', async () => {
		faults.add({ target: 'stripe', kind: 'endless', match: 'GET /v1/subscriptions' });
		expect(await failure()).toContain("Stripe's list of Subscriptions does not end");
	});

	test.each([
		[40 * 86_400, "This machine's clock is 40 days behind Stripe's"],
		[-130, "This machine's clock is 2 minutes ahead of Stripe's"]
	])("fails when Stripe's clock differs by %i s", async (offsetSeconds, message) => {
		faults.add({ target: 'stripe', kind: 'clock', offsetSeconds });
		expect(await failure()).toContain(message);
		await expect(billing().readCustomers(['cus_1'])).rejects.toThrow(message);
	});

	test("accepts a difference of a minute between Stripe's clock and its own", async () => {
		faults.add({ target: 'stripe', kind: 'clock', offsetSeconds: 60 });
		expect((await billing().readAll(ignoreProgress)).subscriptionsRead).toBe(250);
	});

	test('rejects a page that repeats the previous one', async () => {
		faults.add({ target: 'stripe', kind: 'repeat', match: 'GET /v1/subscriptions', after: EMPTY_RANGES + 1, times: 1 });
		expect(await failure()).toContain('Stripe returned an incomplete list of Subscriptions (a page repeated sub_');
	});

	test('rejects an empty page after has_more', async () => {
		faults.add({ target: 'stripe', kind: 'empty', match: 'GET /v1/subscriptions', after: EMPTY_RANGES + 1, times: 1 });
		expect(await failure()).toContain('Stripe returned an incomplete list of Subscriptions (a page was empty');
	});

	test('explains a 500', async () => {
		faults.add({ target: 'stripe', kind: '500', match: 'GET /v1/subscriptions' });
		expect(await failure()).toContain('Stripe has an outage: it answered 500 while Reeve was reading Subscriptions');
	});

	test('explains a lost connection', async () => {
		faults.add({ target: 'stripe', kind: 'drop', match: 'GET /v1/events' });
		expect(await failure()).toContain('Stripe could not be reached (ECONNRESET) while Reeve was reading Events');
	});

	test('explains an invalid key', async () => {
		expect(await failure('sk_test_wrongkey')).toContain('Stripe refused the key');
	});

	test('names the permission that the key lacks', async () => {
		stripe.setPermission('customers', false);
		expect(await failure()).toContain('The Stripe key may not read Customers. Edit the restricted key');
		stripe.setPermission('customers', true);
		stripe.setPermission('events', false);
		expect(await failure()).toContain('The Stripe key may not read Events.');
	});

	test('explains a response that is not from Stripe', async () => {
		faults.add({ target: 'stripe', kind: 'status', status: 200, body: {} });
		expect(await failure()).toContain('in an unexpected format');
		faults.clear();
		faults.add({ target: 'stripe', kind: 'status', status: 502, body: '<html>Bad gateway</html>' });
		expect(await failure()).toContain('could not be parsed');
	});

	test('retries after a lost connection', async () => {
		faults.add({ target: 'stripe', kind: 'drop', match: 'GET /v1/subscriptions', times: 1 });
		expect((await billing().readAll(ignoreProgress)).subscriptionsRead).toBe(250);
	});

	test('retries after 429, with exponential backoff', async () => {
		faults.add({ target: 'stripe', kind: '429', match: 'GET /v1/subscriptions', after: EMPTY_RANGES + 1, times: 3 });
		const reader = billing();
		expect((await reader.readAll(ignoreProgress)).subscriptionsRead).toBe(250);
		expect(reader.slept).toEqual([375, 750, 1500]);
		expect(requestsTo('/v1/subscriptions')).toHaveLength(EMPTY_RANGES + 3 + 3 + 1);
	});

	test('gives up after five retries of a 429', async () => {
		faults.add({ target: 'stripe', kind: '429', match: 'GET /v1/invoices' });
		load({
			customers: [{ id: 'cus_1' }],
			subscriptions: [{ id: 'sub_1', customer: 'cus_1', status: 'unpaid', price: 'price_knight', failedAt: 1_763_000_000 }]
		});
		expect(await failure()).toContain('Stripe keeps refusing to list Invoices because too many requests arrive at once');
		expect(requestsTo('/v1/invoices')).toHaveLength(6);
	});
});
