import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { dueAt, toCustomer, toSubscription } from '../../src/stripe/convert.js';

const item = (price: string, product: string | { id: string }, quantity?: number) =>
	({ id: `si_${price}`, price: { id: price, product }, quantity }) as unknown as Stripe.SubscriptionItem;

const NOW = 1_764_000_000;
const CUSTOMER = { id: 'cus_1', object: 'customer', deleted: true } as const;

const subscription = (fields: object = {}) =>
	({
		id: 'sub_1',
		customer: 'cus_1',
		status: 'active',
		created: 1_700_000_000,
		metadata: {},
		cancel_at_period_end: false,
		pause_collection: null,
		...fields
	}) as unknown as Stripe.Subscription;

const convert = (fields: object = {}, items: Stripe.SubscriptionItem[] = [], problems: string[] = []) =>
	toSubscription(
		{ subscription: subscription(fields), customer: CUSTOMER, customerId: 'cus_1', items, problems, isLinkLost: false },
		'discord_id',
		NOW
	);

describe('toSubscription', () => {
	test('keeps what the policy needs', () => {
		const paused = { behavior: 'void', resumes_at: null };
		const fields = {
			status: 'past_due',
			cancel_at_period_end: true,
			cancel_at: 1_800_000_000,
			pause_collection: paused,
			metadata: { discord_id: 'ada' }
		};
		expect(convert(fields, [item('price_1', 'prod_1', 1)])).toEqual({
			id: 'sub_1',
			customerId: 'cus_1',
			status: 'past_due',
			items: [{ price: 'price_1', product: 'prod_1' }],
			createdAt: new Date(1_700_000_000_000),
			endedAt: null,
			unpaidSince: null,
			lastPaidAt: null,
			metadataDiscordId: 'ada',
			unreadable: null,
			isLinkLost: false,
			cancelAtPeriodEnd: true,
			cancelAt: new Date(1_800_000_000_000),
			collectionPaused: true,
			monthlyPrice: null
		});
	});

	test('says when it ended, if Stripe does', () => {
		const endedAt = (ended_at: unknown) => convert({ status: 'canceled', ended_at }).endedAt;
		expect([endedAt(1_700_000_000), endedAt(null), endedAt('soon')]).toEqual([new Date(1_700_000_000_000), null, null]);
	});

	test('joins what is odd about it', () => {
		expect(convert({}, [], ['has no items', 'has no status']).unreadable).toBe('has no items and has no status');
	});

	test('ignores items of quantity 0 and counts metered ones', () => {
		expect(convert({}, [item('price_0', 'prod_0', 0), item('price_m', { id: 'prod_m' }), item('price_2', 'prod_m', 2)]).items).toEqual([
			{ price: 'price_m', product: 'prod_m' },
			{ price: 'price_2', product: 'prod_m' }
		]);
	});

	test('keeps an unknown status as it is', () => {
		expect(convert({ status: 'hibernating' }).status).toBe('hibernating');
	});

	test('ignores metadata under another key', () => {
		expect(convert({ metadata: { discordId: 'ada' } }).metadataDiscordId).toBeNull();
	});
});

describe('toCustomer', () => {
	test('keeps name, email and metadata ID', () => {
		const customer = { id: 'cus_1', email: 'ada@example.com', name: 'Ada', metadata: { discord: '1' } } as unknown as Stripe.Customer;
		expect(toCustomer(customer, 'discord')).toEqual({ id: 'cus_1', email: 'ada@example.com', name: 'Ada', metadataDiscordId: '1' });
	});

	test('reduces a deleted customer to its ID', () => {
		expect(toCustomer({ id: 'cus_1', object: 'customer', deleted: true }, 'discord_id')).toEqual({
			id: 'cus_1',
			email: null,
			name: null,
			metadataDiscordId: null
		});
	});
});

describe('dueAt', () => {
	const invoice = (fields: object) =>
		({
			collection_method: 'charge_automatically',
			due_date: null,
			created: 100,
			status_transitions: { finalized_at: 200 },
			...fields
		}) as unknown as Stripe.Invoice;

	test('is the finalization of a charged invoice', () => {
		expect(dueAt(invoice({ due_date: 900 }))).toEqual(new Date(200_000));
	});

	test('is the due date of a sent invoice', () => {
		expect(dueAt(invoice({ collection_method: 'send_invoice', due_date: 900 }))).toEqual(new Date(900_000));
	});

	test('falls back to the creation of the invoice', () => {
		for (const status_transitions of [{ finalized_at: null }, null])
			expect(dueAt(invoice({ status_transitions }))).toEqual(new Date(100_000));
	});

	test.each(['yesterday', Number.NaN, -1, 1e21, {}])('is unknown for the date %j', (finalized_at) => {
		expect(dueAt(invoice({ status_transitions: { finalized_at } }))).toBeNull();
	});
});
