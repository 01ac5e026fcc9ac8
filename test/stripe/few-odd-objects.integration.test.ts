import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Faults } from '../../sandbox/services/core/faults.js';
import { RequestLog } from '../../sandbox/services/core/request-log.js';
import { SandboxStripe } from '../../sandbox/services/stripe/stripe.js';
import { type WorldInput, worldSchema } from '../../sandbox/world/world.js';
import { detect } from '../../src/reconciliation/detection/detect.js';
import type { BillingSnapshot } from '../../src/reconciliation/domain/billing.js';
import type { Detection } from '../../src/reconciliation/domain/detection.js';
import { createBilling } from '../../src/stripe/billing.js';
import { inGuild, MAPPED, row, userId } from '../reconciliation/builders.js';

/** A few odd objects among many, over a real socket: they leave only those unknown whom they could entitle. */

const KEY = 'rk_test_sandboxkey';
const PEOPLE = 120;
/** Pays, by a row of their customer. */
const ADA = userId(7);
const DAY = 86_400;
const NOW = Math.floor(Date.now() / 1000);
const NO_SLEEP = { now: () => performance.now(), sleep: async () => {}, random: () => 0 };

// biome-ignore lint/suspicious/noExplicitAny: any JSON, changed at any place
type Json = any;

let server: ServerType;
let stripe: SandboxStripe;
let apiUrl: string;
/** Changes each object of a list before it is sent. */
let tamper: (object: Json, path: string) => unknown;

beforeEach(async () => {
	tamper = (object) => object;
	stripe = new SandboxStripe({ log: new RequestLog(), faults: new Faults(), key: KEY });
	const answer = async (request: Request) => {
		const response = await stripe.app.fetch(request);
		const body = (await response.json()) as Json;
		const { pathname } = new URL(request.url);
		return Response.json(Array.isArray(body.data) ? { ...body, data: body.data.map((each: Json) => tamper(each, pathname)) } : body);
	};
	await new Promise<void>((resolve) => {
		server = serve({ fetch: answer, port: 0, hostname: '127.0.0.1' }, () => resolve());
	});
	apiUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
	if ('closeAllConnections' in server) server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

/** Everybody has a row; the even ones pay for Knight, the others have canceled. */
function load(changes: Readonly<Record<number, Partial<NonNullable<NonNullable<WorldInput['stripe']>['subscriptions']>[number]>>> = {}) {
	const numbers = Array.from({ length: PEOPLE }, (_, number) => number);
	const world: WorldInput['stripe'] = {
		customers: numbers.map((number) => ({ id: `cus_${number}` })),
		subscriptions: numbers.map((number) => ({
			id: `sub_${number}`,
			customer: `cus_${number}`,
			status: number % 2 === 0 || number === 7 ? 'active' : 'canceled',
			price: 'price_knight',
			created: NOW - 400 * DAY + number,
			...changes[number]
		}))
	};
	stripe.load(worldSchema.parse({ stripe: world }).stripe);
}

const readAll = () => createBilling({ secretKey: KEY, apiUrl, discordIdKey: 'discord_id', timing: NO_SLEEP }).readAll(() => {});

/** Everybody holds Knight; `unlinked`: Ada has no row. */
function found(billing: BillingSnapshot, unlinked = false): Detection {
	const numbers = Array.from({ length: PEOPLE }, (_, number) => number).filter((number) => !(unlinked && number === 7));
	const members = numbers.map((number) => row({ id: `m_${number}`, discordId: userId(number), stripeCustomerId: `cus_${number}` }));
	const guild = [...numbers.map((number) => userId(number)), ADA, userId(900)].map((id) => inGuild(id, 'Knight'));
	return detect(
		{
			billing,
			roster: { members: new Map(guild.map((member) => [member.id, member])) },
			links: { members, teams: [], exemptions: [], firstSeenUnpaid: new Map() }
		},
		MAPPED,
		new Date()
	);
}

/** The canceled ones except Ada, and the member without a link, who is reported as such. */
const LOSING = PEOPLE / 2 - 1 + 1;

/** Changes the listed subscription of Ada alone. */
const ofAda = (change: (subscription: Json) => Json) => (object: Json, path: string) =>
	path === '/v1/subscriptions' && object.id === 'sub_7' ? change(object) : object;

describe('one odd object', () => {
	test.each<[string, string, (subscription: Json) => Json]>([
		['without items', 'has no items', (subscription) => ({ ...subscription, items: { ...subscription.items, data: [] } })],
		['with null for items', 'has no list of items', (subscription) => ({ ...subscription, items: null })],
		[
			'with null for a price',
			'has an item without a price',
			(s) => ({ ...s, items: { ...s.items, data: [{ ...s.items.data[0], price: null }] } })
		],
		['with null for an item', 'has an item without a price', (s) => ({ ...s, items: { ...s.items, data: [s.items.data[0], null] } })],
		['with null for its metadata', 'has no readable metadata', (subscription) => ({ ...subscription, metadata: null })],
		['with null for its status', 'has no status', (subscription) => ({ ...subscription, status: null })],
		['with an invalid date', 'has no creation date', (subscription) => ({ ...subscription, created: 'yesterday' })],
		['with null for its customer', 'has no readable customer', (subscription) => ({ ...subscription, customer: null })],
		['with the ID of its customer alone', 'has no readable customer', (subscription) => ({ ...subscription, customer: 'cus_7' })],
		[
			'with null for the metadata of its customer',
			'has no readable customer',
			(subscription) => ({ ...subscription, customer: { ...subscription.customer, metadata: null } })
		]
	])('leaves its member unknown and is named, and the others are compared: a subscription %s', async (_, problem, change) => {
		load();
		tamper = ofAda(change);
		const { issues, notices } = found(await readAll());
		expect(issues).toHaveLength(LOSING);
		expect(issues.map(({ discordId }) => discordId)).not.toContain(ADA);
		expect(notices.unknown).toMatchObject([{ reason: { kind: 'object', id: 'sub_7' }, discordIds: [ADA], count: 1 }]);
		expect(notices.oddObjects).toMatchObject({ count: 1, first: [{ id: 'sub_7', problem: expect.stringContaining(problem) }] });
	});

	test('leaves the member of a fix unknown as well', async () => {
		load();
		tamper = ofAda((subscription) => ({ ...subscription, items: { ...subscription.items, data: [] } }));
		const billing = createBilling({ secretKey: KEY, apiUrl, discordIdKey: 'discord_id', timing: NO_SLEEP });
		expect(found(await billing.readCustomers(['cus_7'])).notices.unknown?.[0]).toMatchObject({ discordIds: [ADA] });
	});

	test('changes nothing if the subscription is over: it is only named', async () => {
		load();
		tamper = (object, path) =>
			path === '/v1/subscriptions' && object.status === 'canceled' ? { ...object, items: { ...object.items, data: [] } } : object;
		const { issues, notices } = found(await readAll());
		expect(issues).toHaveLength(LOSING);
		expect(notices.unknown).toEqual([]);
		expect(notices.oddObjects?.count).toBe(PEOPLE / 2 - 1);
	});

	test('leaves role holders without a link unknown if it may link one of them', async () => {
		load();
		tamper = ofAda((subscription) => ({ ...subscription, metadata: null }));
		const { issues, notices } = found(await readAll(), true);
		expect(issues).toHaveLength(LOSING - 1);
		expect(notices.unknown).toMatchObject([{ reason: { id: 'sub_7' }, discordIds: [ADA, userId(900)], count: 2 }]);
	});

	test.each<[string, string, Json]>([
		[
			'the subscription that says nowhere whose it is',
			'sub_7',
			{ id: 'sub_7', object: 'subscription', created: NOW - 400 * DAY + 7, status: 'active' }
		],
		['an entry that is null', 'an entry of the list of subscriptions', null]
	])('blocks every removal if it may be anyone’s: %s', async (_, id, odd) => {
		load();
		tamper = ofAda(() => odd);
		const original = stripe.app.fetch.bind(stripe.app);
		stripe.app.fetch = ((request: Request) =>
			request.url.includes('/v1/subscriptions/sub_7')
				? Response.json({ ...odd, customer: null })
				: original(request)) as typeof stripe.app.fetch;
		const { issues, notices } = found(await readAll());
		expect(issues).toEqual([]);
		expect(notices.unknown?.find(({ reason }) => reason.kind === 'object' && reason.id === id)?.count).toBe(PEOPLE + 1);
	});

	test.each<[string, (invoice: Json) => Json]>([
		['an invalid date', (invoice) => ({ ...invoice, status_transitions: { ...invoice.status_transitions, finalized_at: 'yesterday' } })],
		['no creation date', (invoice) => ({ ...invoice, created: null })]
	])('leaves the member of an open invoice with %s unknown', async (_, change) => {
		load({ 7: { status: 'past_due', failedAt: NOW - 60 * DAY }, 8: { status: 'past_due', failedAt: NOW - 60 * DAY } });
		tamper = (object, path) => (path === '/v1/invoices' && String(object.id).startsWith('in_sub_7_') ? change(object) : object);
		const { issues, notices } = found(await readAll());
		expect(issues).toHaveLength(LOSING + 1);
		expect(notices.unknown).toMatchObject([{ reason: { kind: 'object', id: 'sub_7' }, discordIds: [ADA], count: 1 }]);
		expect(notices.oddObjects?.first[0]?.problem).toMatch(/^has the open invoice in_sub_7_m\d with an invalid date$/);
	});

	test('is ignored among the events and the results of a search', async () => {
		load();
		const billing = createBilling({ secretKey: KEY, apiUrl, discordIdKey: 'discord_id', timing: NO_SLEEP });
		tamper = (object, path) => {
			if (path === '/v1/events') {
				if (object.data.object.id === 'sub_1') return { ...object, data: null };
				return object.data.object.id === 'sub_3' ? { ...object, data: { object: { ...object.data.object, customer: {} } } } : object;
			}
			return path === '/v1/customers/search' ? { ...object, metadata: null } : object;
		};
		const reading = billing.readAll(() => {
			for (const number of [1, 3, 5]) stripe.update('subscriptions', `sub_${number}`, { metadata: { discord_id: ADA } });
		});
		expect((await reading).changedCustomers.has('cus_5')).toBe(true);
		stripe.update('customers', 'cus_7', { metadata: { discord_id: ADA } });
		expect(await billing.findCustomersByDiscordIds([ADA])).toMatchObject([{ id: 'cus_7', metadataDiscordId: null }]);
	});
});

describe('more than 1% odd objects', () => {
	const without = (count: number) => (object: Json, path: string) =>
		path === '/v1/subscriptions' && Number(object.id.slice(4)) < 2 * count && Number(object.id.slice(4)) % 2 === 0
			? { ...object, items: { ...object.items, data: [] } }
			: object;

	test('fail the reading, which says how many and names one', async () => {
		load();
		tamper = without(1);
		await expect(readAll()).resolves.toMatchObject({ oddObjects: [{ id: 'sub_0' }] });
		tamper = without(2);
		await expect(readAll()).rejects.toThrow(/Stripe returned 2 of 120 objects in an unexpected format, such as sub_\d, which has no items/);
	});
});
