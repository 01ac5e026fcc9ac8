import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { dueAt, toCustomer, toSubscription } from '../../src/stripe/convert.js';

const item = (price: string, product: string | { id: string }, quantity?: number) =>
	({ id: `si_${price}`, price: { id: price, product }, quantity }) as unknown as Stripe.SubscriptionItem;

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

const convert = (fields: object = {}, items: Stripe.SubscriptionItem[] = []) => toSubscription(subscription(fields), items, 'discord_id');

describe('a subscription', () => {
	test('keeps what the policy needs', () => {
		const paused = { behavior: 'void', resumes_at: null };
		const source = subscription({
			status: 'past_due',
			cancel_at_period_end: true,
			pause_collection: paused,
			metadata: { discord_id: 'ada' }
		});
		expect(toSubscription(source, [item('price_1', 'prod_1', 1)], 'discord_id')).toEqual({
			id: 'sub_1',
			customerId: 'cus_1',
			status: 'past_due',
			prices: ['price_1', 'prod_1'],
			shownPrices: ['price_1'],
			createdAt: new Date(1_700_000_000_000),
			unpaidSince: null,
			metadataDiscordId: 'ada',
			cancelAtPeriodEnd: true,
			collectionPaused: true
		});
	});

	test.each([
		['an ID', 'cus_1'],
		['the customer', { id: 'cus_1', email: null }],
		['a deleted customer', { id: 'cus_1', deleted: true }]
	])('names its customer, given as %s', (_, customer) => {
		expect(convert({ customer }).customerId).toBe('cus_1');
	});

	test('an item of quantity 0 buys nothing, a metered one counts', () => {
		expect(convert({}, [item('price_0', 'prod_0', 0), item('price_m', { id: 'prod_m' }), item('price_2', 'prod_m', 2)]).prices).toEqual([
			'price_m',
			'prod_m',
			'price_2'
		]);
	});

	test('a status that nobody knows yet is kept as it is', () => {
		expect(convert({ status: 'hibernating' }).status).toBe('hibernating');
	});

	test('metadata under another key is no claim', () => {
		expect(convert({ metadata: { discordId: 'ada' } }).metadataDiscordId).toBeNull();
	});
});

describe('a customer', () => {
	test('keeps name, address and claim', () => {
		const customer = { id: 'cus_1', email: 'ada@example.com', name: 'Ada', metadata: { discord: '1' } } as unknown as Stripe.Customer;
		expect(toCustomer(customer, 'discord')).toEqual({ id: 'cus_1', email: 'ada@example.com', name: 'Ada', metadataDiscordId: '1' });
	});

	test('that was deleted is only an ID', () => {
		expect(toCustomer({ id: 'cus_1', object: 'customer', deleted: true }, 'discord_id')).toEqual({
			id: 'cus_1',
			email: null,
			name: null,
			metadataDiscordId: null
		});
	});
});

describe('an open invoice', () => {
	const invoice = (fields: object) =>
		({
			collection_method: 'charge_automatically',
			due_date: null,
			created: 100,
			status_transitions: { finalized_at: 200 },
			...fields
		}) as unknown as Stripe.Invoice;

	test('that was charged fell due when it was finalized', () => {
		expect(dueAt(invoice({ due_date: 900 }))).toEqual(new Date(200_000));
	});

	test('that was sent fell due on its due date', () => {
		expect(dueAt(invoice({ collection_method: 'send_invoice', due_date: 900 }))).toEqual(new Date(900_000));
	});

	test('that says neither fell due when it was made', () => {
		expect(dueAt(invoice({ status_transitions: { finalized_at: null } }))).toEqual(new Date(100_000));
	});
});
