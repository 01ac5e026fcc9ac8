import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { DAY, now, start, subscribers } from './server.js';

const HOUR = 3600;
const types = (list: { data: readonly Stripe.Event[] }) => list.data.map((event) => event.type);
const ids = (list: { data: readonly { id: string }[] }) => list.data.map((item) => item.id);
const seconds = (date: string) => new Date(date).getTime() / 1000;

/** A world in which one customer with a subscription is attached to a clock. */
async function withClock(change: object = {}, options = {}) {
	const opened = await start({}, options);
	const { control } = opened;
	control.createClock({ frozen_time: seconds('2027-01-31T00:00:00Z'), name: 'renewals' });
	control.create('customers', { id: 'cus_c', email: 'c@example.com', test_clock: 'clock_1' });
	control.create('subscriptions', { id: 'sub_c', customer: 'cus_c', ...change });
	const subscription = () => opened.stripe.subscriptions.retrieve('sub_c', { expand: ['latest_invoice'] });
	const advanceTo = (date: string) => control.advanceClock('clock_1', { frozen_time: seconds(date) });
	return { ...opened, subscription, advanceTo };
}

describe('a test clock', () => {
	it('renews a subscription at the end of its period, and collects an hour later', async () => {
		const { stripe, subscription, advanceTo } = await withClock();
		expect((await subscription()).items.data[0]).toMatchObject({
			current_period_start: seconds('2027-01-31T00:00:00Z'),
			current_period_end: seconds('2027-02-28T00:00:00Z')
		});
		advanceTo('2027-02-28T00:00:00Z');
		expect(await subscription()).toMatchObject({
			status: 'active',
			test_clock: 'clock_1',
			items: { data: [{ current_period_end: seconds('2027-03-31T00:00:00Z') }] },
			latest_invoice: {
				id: 'in_sub_c_m1',
				status: 'draft',
				created: seconds('2027-02-28T00:00:00Z'),
				automatically_finalizes_at: seconds('2027-02-28T01:00:00Z'),
				auto_advance: true,
				test_clock: 'clock_1'
			}
		});
		advanceTo('2027-02-28T01:00:00Z');
		const finalized = seconds('2027-02-28T01:00:00Z');
		expect((await subscription()).latest_invoice).toMatchObject({
			status: 'paid',
			status_transitions: { finalized_at: finalized, paid_at: finalized }
		});
		expect((await stripe.charges.list({ customer: 'cus_c' })).data).toMatchObject([{ status: 'succeeded' }, { status: 'succeeded' }]);
		expect(types(await stripe.events.list({ limit: 100 })).toReversed()).toEqual([
			'test_helpers.test_clock.created',
			'customer.created',
			'customer.subscription.created',
			'invoice.created',
			'invoice.finalized',
			'charge.succeeded',
			'invoice.paid',
			'invoice.payment_succeeded',
			'test_helpers.test_clock.advancing',
			'invoice.created',
			'customer.subscription.updated',
			'test_helpers.test_clock.ready',
			'test_helpers.test_clock.advancing',
			'invoice.finalized',
			'charge.succeeded',
			'invoice.paid',
			'invoice.payment_succeeded',
			'test_helpers.test_clock.ready'
		]);
		const [renewal] = (await stripe.events.list({ type: 'customer.subscription.updated' })).data;
		// Events are dated by the time at which they are made.
		expect(renewal).toMatchObject({ created: now, data: { previous_attributes: { latest_invoice: 'in_sub_c' } } });
	});

	it('lets a payment fail with a declined card, retries it, and then does as the dashboard says', async () => {
		const { control, subscription, advanceTo } = await withClock();
		control.setBilling({ afterRetries: 'cancel' });
		control.update('customers', 'cus_c', { card: 'declined' });
		advanceTo('2027-03-01T00:00:00Z');
		expect(await subscription()).toMatchObject({ status: 'past_due', latest_invoice: { status: 'open', attempt_count: 1 } });
		advanceTo('2027-03-07T00:00:00Z');
		expect(await subscription()).toMatchObject({ status: 'past_due', latest_invoice: { attempt_count: 3 } });
		advanceTo('2027-03-10T00:00:00Z');
		expect(await subscription()).toMatchObject({ status: 'canceled', ended_at: seconds('2027-03-09T01:00:00Z') });
	});

	it('pays with the next retry once the card is valid', async () => {
		const { control, subscription, advanceTo } = await withClock();
		control.update('customers', 'cus_c', { card: 'declined' });
		advanceTo('2027-03-01T00:00:00Z');
		control.update('customers', 'cus_c', { card: 'valid' });
		advanceTo('2027-03-03T02:00:00Z');
		expect(await subscription()).toMatchObject({
			status: 'active',
			latest_invoice: { status: 'paid', attempt_count: 2, status_transitions: { paid_at: seconds('2027-03-03T01:00:00Z') } }
		});
	});

	it('ends a subscription at the end of its period, or at a time', async () => {
		for (const [change, endedAt] of [
			[{ cancel_at_period_end: true }, '2027-02-28T00:00:00Z'],
			[{ cancel_at: seconds('2027-02-10T00:00:00Z') }, '2027-02-10T00:00:00Z']
		] as const) {
			const { stripe, subscription, advanceTo } = await withClock(change);
			expect(await subscription()).toMatchObject({ cancel_at: seconds(endedAt) });
			advanceTo('2027-03-05T00:00:00Z');
			expect(await subscription()).toMatchObject({ status: 'canceled', ended_at: seconds(endedAt), latest_invoice: { id: 'in_sub_c' } });
			expect(types(await stripe.events.list({ type: 'customer.subscription.deleted' }))).toHaveLength(1);
		}
	});

	it('warns of the end of a trial, then charges for the first time', async () => {
		const { stripe, subscription, advanceTo } = await withClock({ status: 'trialing', trial_end: seconds('2027-02-14T00:00:00Z') });
		expect(await subscription()).toMatchObject({
			status: 'trialing',
			items: { data: [{ current_period_end: seconds('2027-02-14T00:00:00Z') }] },
			latest_invoice: { amount_due: 0 }
		});
		advanceTo('2027-02-12T00:00:00Z');
		expect(types(await stripe.events.list({ type: 'customer.subscription.*' }))[0]).toBe('customer.subscription.trial_will_end');
		advanceTo('2027-02-15T00:00:00Z');
		expect(await subscription()).toMatchObject({
			status: 'active',
			billing_cycle_anchor: seconds('2027-02-14T00:00:00Z'),
			items: { data: [{ current_period_end: seconds('2027-03-14T00:00:00Z') }] },
			latest_invoice: { status: 'paid', amount_paid: 900 }
		});
	});

	it('expires a subscription whose first payment is not made, and ends a pause', async () => {
		const incomplete = await withClock({ status: 'incomplete' });
		incomplete.advanceTo('2027-02-01T00:00:00Z');
		expect(await incomplete.subscription()).toMatchObject({ status: 'incomplete_expired', latest_invoice: { status: 'void' } });

		const paused = await withClock({ pause_collection: { behavior: 'void', resumes_at: seconds('2027-03-15T00:00:00Z') } });
		paused.advanceTo('2027-03-16T00:00:00Z');
		expect(await paused.subscription()).toMatchObject({ status: 'active', pause_collection: null, latest_invoice: { status: 'void' } });
	});

	it.each([
		['mark_uncollectible', 'uncollectible'],
		['keep_as_draft', 'draft']
	])('leaves the invoices of a paused collection as configured: %s', async (behavior, status) => {
		const { subscription, advanceTo } = await withClock({ pause_collection: { behavior } });
		advanceTo('2027-03-02T00:00:00Z');
		expect(await subscription()).toMatchObject({ status: 'active', latest_invoice: { status, auto_advance: false } });
	});

	it('goes by the interval of the price', async () => {
		const { control, stripe } = await start({
			prices: [
				{ id: 'price_week', name: 'Week', amount: 100, interval: 'week', intervalCount: 2, currency: 'eur' },
				{ id: 'price_year', name: 'Year', amount: 9000, interval: 'year', currency: 'eur' }
			]
		});
		const frozen = seconds('2028-02-29T00:00:00Z');
		control.createClock({ frozen_time: frozen });
		control.create('customers', { id: 'cus_c', test_clock: 'clock_1' });
		control.create('subscriptions', { id: 'sub_w', customer: 'cus_c', price: 'price_week' });
		control.create('subscriptions', { id: 'sub_y', customer: 'cus_c', price: 'price_year' });
		const end = async (id: string) => (await stripe.subscriptions.retrieve(id)).items.data[0]?.current_period_end;
		expect(await end('sub_w')).toBe(frozen + 14 * DAY);
		expect(await end('sub_y')).toBe(seconds('2029-02-28T00:00:00Z'));
		control.advanceClock('clock_1', { days: 28 });
		expect(await end('sub_w')).toBe(frozen + 42 * DAY);
		const invoices = (await stripe.invoices.list({ customer: 'cus_c' })).data;
		expect(invoices.map(({ subtotal, currency }) => [subtotal, currency])).toEqual([
			[100, 'eur'],
			[100, 'eur'],
			[9000, 'eur'],
			[100, 'eur']
		]);
		expect(await stripe.customers.retrieve('cus_c')).toMatchObject({ currency: 'eur' });
	});

	it('keeps its customers and their objects out of lists, unless it or they are named', async () => {
		const { stripe, control } = await withClock();
		control.create('customers', { id: 'cus_1', email: 'c@example.com' });
		control.create('subscriptions', { id: 'sub_1', customer: 'cus_1' });
		expect(ids(await stripe.customers.list())).toEqual(['cus_1']);
		expect(ids(await stripe.customers.list({ email: 'c@example.com' }))).toEqual(['cus_1']);
		expect(ids(await stripe.customers.search({ query: 'email:"c@example.com"' }))).toEqual(['cus_1']);
		expect(ids(await stripe.customers.list({ test_clock: 'clock_1' }))).toEqual(['cus_c']);
		expect(ids(await stripe.subscriptions.list())).toEqual(['sub_1']);
		expect(ids(await stripe.subscriptions.list({ test_clock: 'clock_1' }))).toEqual(['sub_c']);
		expect(ids(await stripe.subscriptions.list({ customer: 'cus_c' }))).toEqual(['sub_c']);
		expect(ids(await stripe.invoices.list())).toEqual(['in_sub_1']);
		expect(ids(await stripe.invoices.list({ customer: 'cus_c' }))).toEqual(['in_sub_c']);
		expect(ids(await stripe.invoices.list({ subscription: 'sub_c' }))).toEqual(['in_sub_c']);
		const expanded = await stripe.subscriptions.retrieve('sub_c', { expand: ['test_clock', 'customer.test_clock'] });
		expect(expanded).toMatchObject({ test_clock: { name: 'renewals' }, customer: { test_clock: { id: 'clock_1' } } });
	});

	it('can be read and listed, and takes its customers with it when it is deleted', async () => {
		const { stripe, control } = await withClock();
		control.createClock();
		expect(ids(await stripe.testHelpers.testClocks.list())).toEqual(['clock_2', 'clock_1']);
		expect(await stripe.testHelpers.testClocks.retrieve('clock_1')).toEqual(
			expect.objectContaining({
				object: 'test_helpers.test_clock',
				frozen_time: seconds('2027-01-31T00:00:00Z'),
				status: 'ready',
				name: 'renewals',
				deletes_after: now + 30 * DAY
			})
		);
		expect(control.clock('clock_1')).toMatchObject({ id: 'clock_1', status: 'ready', customers: ['cus_c'] });
		expect(control.deleteClock('clock_1')).toEqual({ id: 'clock_1', deleted: true });
		expect(await stripe.customers.retrieve('cus_c')).toMatchObject({ deleted: true });
		await expect(stripe.testHelpers.testClocks.retrieve('clock_1')).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
		control.setPermission('test_clocks', false);
		await expect(stripe.testHelpers.testClocks.list()).rejects.toThrow('rak_billing_clock_read');
		await expect(stripe.testHelpers.testClocks.advance('clock_2', { frozen_time: now + 1 })).rejects.toThrow('rak_billing_clock_write');
	});

	it('takes an existing customer, whom lists leave out from then on', async () => {
		const { stripe, control } = await start(subscribers(2));
		expect(control.createClock({ customer: 'cus_1' })).toMatchObject({ frozen_time: now, customers: ['cus_1'] });
		expect(ids(await stripe.subscriptions.list())).toEqual(['sub_2']);
		expect(() => control.createClock({ customer: 'cus_1' })).toThrow('customer cus_1 already has test clock clock_1');
	});

	it('can be in the world, with its customers', async () => {
		const frozen = seconds('2027-01-31T00:00:00Z');
		const world = {
			testClocks: [{ id: 'clock_w', frozen_time: frozen }],
			customers: [
				{ id: 'cus_1', test_clock: 'clock_w', card: 'declined' as const },
				{ id: 'cus_2', card: 'valid' as const }
			],
			subscriptions: [
				{ id: 'sub_1', customer: 'cus_1', status: 'trialing', price: 'price_knight', created: frozen, trial_end: frozen + DAY },
				{ id: 'sub_2', customer: 'cus_2', status: 'past_due', price: 'price_knight', failedAt: now - DAY, cancel_at: now + 9 * DAY }
			]
		};
		const { stripe, control } = await start(world);
		expect(ids(await stripe.subscriptions.list())).toEqual(['sub_2']);
		expect(await stripe.subscriptions.retrieve('sub_2')).toMatchObject({ cancel_at: now + 9 * DAY });
		control.advanceClock('clock_w', { days: 2 });
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({ status: 'past_due', test_clock: 'clock_w' });
		control.advance('sub_2', { days: 3 });
		expect(await stripe.subscriptions.retrieve('sub_2')).toMatchObject({ status: 'active' });
		await expect(start({ ...world, testClocks: [] })).rejects.toThrow('customer cus_1 names test clock clock_w, which is not in the world');
	});

	it('moves forward only, by two periods at most, and in test mode', async () => {
		const { control, advanceTo } = await withClock();
		expect(() => advanceTo('2027-01-31T00:00:00Z')).toThrow('a test clock only moves forward');
		expect(() => advanceTo('2027-04-01T00:00:00Z')).toThrow('two billing periods of its shortest subscription');
		expect(() => control.advanceClock('clock_1', {})).toThrow('give either frozen_time or days');
		expect(() => control.advanceClock('clock_9', { days: 1 })).toThrow('there is no test clock clock_9');
		control.createClock();
		expect(() => control.advanceClock('clock_2', { days: 800 })).toThrow('two years');
		control.setLivemode(true);
		expect(() => control.createClock()).toThrow('in test mode only');
	});
});

describe('time that passes for one subscription', () => {
	it('is visible in lists: it renews, and its dates move into the past', async () => {
		const { stripe, control } = await start(subscribers(2, () => ({ created: now - 10 * DAY })));
		const [before] = (await stripe.subscriptions.retrieve('sub_1')).items.data;
		const end = before?.current_period_end ?? 0;
		control.advance('sub_1');
		const subscription = await stripe.subscriptions.retrieve('sub_1', { expand: ['latest_invoice'] });
		expect(subscription).toMatchObject({
			status: 'active',
			created: now - 10 * DAY - (end - now) - HOUR,
			items: { data: [{ current_period_start: now - HOUR }] },
			latest_invoice: { status: 'paid', created: now - HOUR, status_transitions: { paid_at: now } }
		});
		expect(ids(await stripe.subscriptions.list())).toEqual(['sub_2', 'sub_1']);
		expect((await stripe.customers.retrieve('cus_1')) as Stripe.Customer).toMatchObject({ id: 'cus_1' });
		expect(types(await stripe.events.list()).toReversed()).toEqual([
			'invoice.created',
			'customer.subscription.updated',
			'invoice.finalized',
			'charge.succeeded',
			'invoice.paid',
			'invoice.payment_succeeded'
		]);
	});

	it('ends a period each time, whatever the length of the months', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ created: seconds('2026-10-31T12:00:00Z') })));
		for (let period = 1; period <= 12; period++) {
			control.advance('sub_1');
			expect((await stripe.invoices.list({ subscription: 'sub_1', limit: 100 })).data).toHaveLength(1 + period);
			expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({ items: { data: [{ current_period_start: now - HOUR }] } });
		}
	});

	it('makes a debt older, and retries its payment', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.failPayment('sub_1');
		control.advance('sub_1', { days: 4 });
		expect(control.get('subscriptions', 'sub_1')).toMatchObject({ status: 'past_due', failedAt: now - 4 * DAY });
		const [invoice] = (await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data;
		expect(invoice).toMatchObject({ attempt_count: 2, status_transitions: { finalized_at: now - 4 * DAY } });
		control.update('customers', 'cus_1', { card: 'valid' });
		control.advance('sub_1', { days: 2 });
		expect(control.get('subscriptions', 'sub_1')).toMatchObject({ status: 'active', failedAt: null });
	});

	it('ends what was to end', async () => {
		const { stripe, control } = await start(
			subscribers(3, (index) => [{ cancel_at_period_end: true }, { status: 'trialing' }, { status: 'incomplete' }][index] ?? {})
		);
		for (const id of ['sub_1', 'sub_2', 'sub_3']) control.advance(id);
		const all = (await stripe.subscriptions.list({ status: 'all' })).data.map(({ id, status }) => [id, status]).sort();
		expect(all).toEqual([
			['sub_1', 'canceled'],
			['sub_2', 'active'],
			['sub_3', 'incomplete_expired']
		]);
		expect(() => control.advance('sub_1')).toThrow('sub_1 has ended');
	});

	it('ends a trial whose end has been missed', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ status: 'trialing', trial_end: now - 5 * DAY })));
		control.advance('sub_1');
		const subscription = await stripe.subscriptions.retrieve('sub_1', { expand: ['latest_invoice'] });
		expect(subscription).toMatchObject({ status: 'active', latest_invoice: { status: 'paid', amount_paid: 900 } });
	});

	it('also passes for refunds and disputes', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ created: now - DAY })));
		control.refund('sub_1', { amount: 1 });
		control.advance('sub_1', { days: 3 });
		expect((await stripe.refunds.list()).data).toMatchObject([{ created: now - 3 * DAY }]);
	});

	it('passes for all that have not ended and have no clock', async () => {
		const { stripe, control } = await start(
			subscribers(4, (index) => [{ status: 'canceled' }, {}, { created: now - DAY }, { created: now - 2 * DAY }][index] ?? {})
		);
		control.createClock({ customer: 'cus_2' });
		expect(control.advanceAll({ days: 40 })).toEqual({ subscriptions: 2 });
		expect((await stripe.subscriptions.list()).data.map(({ id, created }) => [id, created])).toEqual([
			['sub_3', now - 41 * DAY],
			['sub_4', now - 42 * DAY]
		]);
		expect((await stripe.invoices.list({ subscription: 'sub_4' })).data).toHaveLength(2);
		expect(await stripe.subscriptions.retrieve('sub_2')).toMatchObject({ created: 1_700_000_001 });
		expect(() => control.advanceAll({})).toThrow('days');
	});

	it('passes by the clock for the customer of one', async () => {
		const { control } = await start(subscribers(1));
		control.createClock({ customer: 'cus_1' });
		expect(() => control.advance('sub_1')).toThrow('time passes for sub_1 by its test clock: advance clock_1');
	});
});
