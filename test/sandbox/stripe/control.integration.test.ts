import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { ControlError } from '../../../sandbox/services/core/control-error.js';
import { DAY, now, people, start } from './server.js';

const types = (list: { data: readonly Stripe.Event[] }) => list.data.map((event) => event.type);

describe('a person at the dashboard', () => {
	it('past_due without a date is past due from now on, and paying ends it', async () => {
		const { stripe, sandbox } = await start(people(1));
		expect(sandbox.update('subscriptions', 'sub_1', { status: 'past_due' })).toMatchObject({ status: 'past_due', failedAt: now });
		const [invoice] = (await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data;
		expect(invoice?.status_transitions.finalized_at).toBe(now);
		expect((await stripe.subscriptions.list({ status: 'past_due' })).data).toHaveLength(1);

		expect(sandbox.update('subscriptions', 'sub_1', { status: 'active' })).toMatchObject({ status: 'active', failedAt: null });
		expect((await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data).toEqual([]);
		expect(await stripe.invoices.retrieve(invoice?.id ?? '')).toMatchObject({ status: 'paid', status_transitions: { paid_at: now } });
		expect((await stripe.subscriptions.list({ status: 'past_due' })).data).toEqual([]);

		expect(types(await stripe.events.list())).toEqual([
			'customer.subscription.updated',
			'invoice.payment_succeeded',
			'invoice.paid',
			'customer.subscription.updated',
			'invoice.payment_failed'
		]);
	});

	it('a date without a status makes the debt of that date; null takes it away', async () => {
		const { stripe, sandbox } = await start(people(1, () => ({ status: 'past_due', failedAt: now - DAY })));
		sandbox.update('subscriptions', 'sub_1', { failedAt: now - 3 * DAY });
		const open = await stripe.invoices.list({ subscription: 'sub_1', status: 'open' });
		expect(open.data.map((item) => item.status_transitions.finalized_at)).toEqual([now - 3 * DAY]);
		expect(sandbox.update('subscriptions', 'sub_1', { failedAt: null })).toMatchObject({ status: 'past_due', failedAt: null });
		expect((await stripe.invoices.list({ subscription: 'sub_1', status: 'void' })).data).toHaveLength(2);
	});

	it('what was read can be sent back', async () => {
		const { stripe, sandbox } = await start(people(1, () => ({ status: 'past_due', failedAt: now - DAY })));
		const read = sandbox.get('subscriptions', 'sub_1');
		expect(sandbox.update('subscriptions', 'sub_1', read)).toEqual(read);
		expect(types(await stripe.events.list())).toEqual([]);
	});

	it('another price changes the item', async () => {
		const { stripe, sandbox } = await start(people(1));
		sandbox.update('subscriptions', 'sub_1', { price: 'price_lord' });
		expect((await stripe.subscriptions.list({ price: 'price_lord' })).data[0]?.items.data[0]?.price.id).toBe('price_lord');
		expect((await stripe.subscriptions.list({ price: 'price_knight' })).data).toEqual([]);
		sandbox.update('subscriptions', 'sub_1', { items: [{ price: 'price_new' }, { price: 'price_lord', quantity: 3 }] });
		expect((await stripe.subscriptions.retrieve('sub_1')).items.data.map((item) => [item.price.product, item.quantity])).toEqual([
			['prod_new', 1],
			['prod_lord', 3]
		]);
	});

	it('metadata is merged as Stripe merges it', async () => {
		const { stripe, sandbox } = await start(people(1, () => ({ metadata: { discord_id: '1', note: 'x' } })));
		sandbox.update('subscriptions', 'sub_1', { metadata: { discord_id: '2', note: '' } });
		expect((await stripe.subscriptions.retrieve('sub_1')).metadata).toEqual({ discord_id: '2' });
		const [event] = (await stripe.events.list({ type: 'customer.subscription.*' })).data;
		expect(event?.data).toMatchObject({
			object: { id: 'sub_1', metadata: { discord_id: '2' } },
			previous_attributes: { metadata: { discord_id: '1', note: 'x' } }
		});
		sandbox.update('subscriptions', 'sub_1', { metadata: {} });
		expect((await stripe.subscriptions.retrieve('sub_1')).metadata).toEqual({});
	});

	it('a deleted subscription is a canceled one, and can begin again', async () => {
		const { stripe, sandbox } = await start(people(2));
		expect(sandbox.delete('subscriptions', 'sub_1')).toMatchObject({ status: 'canceled', ended_at: now });
		expect((await stripe.subscriptions.list()).data.map((item) => item.id)).toEqual(['sub_2']);
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({ status: 'canceled', ended_at: now, canceled_at: now });
		expect(types(await stripe.events.list())).toEqual(['customer.subscription.deleted']);
		sandbox.update('subscriptions', 'sub_1', { status: 'active' });
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({ status: 'active', ended_at: null });
	});

	it('pausing tells so', async () => {
		const { stripe, sandbox } = await start(people(1));
		sandbox.update('subscriptions', 'sub_1', { status: 'paused' });
		sandbox.update('subscriptions', 'sub_1', { status: 'active' });
		sandbox.update('subscriptions', 'sub_1', { pause_collection: { behavior: 'void' }, cancel_at_period_end: true });
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({
			status: 'active',
			pause_collection: { behavior: 'void', resumes_at: null },
			cancel_at_period_end: true
		});
		expect(types(await stripe.events.list())).toEqual([
			'customer.subscription.updated',
			'customer.subscription.resumed',
			'customer.subscription.updated',
			'customer.subscription.paused',
			'customer.subscription.updated'
		]);
	});

	it('a deleted customer is but a stub, and what they paid for is canceled', async () => {
		const { stripe, sandbox } = await start(people(2));
		sandbox.delete('customers', 'cus_1');
		expect(await stripe.customers.retrieve('cus_1')).toEqual({ id: 'cus_1', object: 'customer', deleted: true });
		expect((await stripe.customers.list()).data.map((item) => item.id)).toEqual(['cus_2']);
		expect((await stripe.customers.list({ email: 'p1@example.com' })).data).toEqual([]);
		const subscription = await stripe.subscriptions.retrieve('sub_1', { expand: ['customer'] });
		expect(subscription).toMatchObject({ status: 'canceled', customer: { id: 'cus_1', deleted: true } });
		expect(types(await stripe.events.list())).toEqual(['customer.deleted', 'customer.subscription.deleted']);
	});

	it('new customers and subscriptions are the newest', async () => {
		const { stripe, sandbox } = await start(people(1));
		expect(sandbox.create('customers', { email: 'new@example.com' })).toMatchObject({ id: 'cus_new_1', created: now });
		expect(sandbox.create('subscriptions', { customer: 'cus_new_1', status: 'trialing', price: 'price_lord' })).toMatchObject({
			id: 'sub_new_1',
			price: 'price_lord',
			quantity: 1
		});
		expect((await stripe.subscriptions.list()).data.map((item) => item.id)).toEqual(['sub_new_1', 'sub_1']);
		expect((await stripe.subscriptions.list()).data[0]).toMatchObject({ status: 'trialing', trial_start: now });
		expect(sandbox.list('subscriptions')).toHaveLength(2);
	});

	it('what makes no sense is refused', async () => {
		const { sandbox } = await start(people(1));
		const status = (act: () => unknown) => {
			try {
				act();
			} catch (error) {
				if (error instanceof ControlError) return error.status;
				throw error;
			}
			return 200;
		};
		expect(status(() => sandbox.get('customers', 'cus_9'))).toBe(404);
		expect(status(() => sandbox.update('subscriptions', 'sub_9', {}))).toBe(404);
		expect(status(() => sandbox.update('subscriptions', 'sub_1', { colour: 'red' }))).toBe(400);
		expect(status(() => sandbox.update('subscriptions', 'sub_1', { customer: 'cus_2' }))).toBe(400);
		expect(status(() => sandbox.create('subscriptions', { customer: 'cus_9' }))).toBe(404);
		expect(status(() => sandbox.create('customers', { id: 'cus_1' }))).toBe(409);
	});
});

describe('events', () => {
	it('after a cursor, by type, and as the object was then', async () => {
		const { stripe, sandbox } = await start(people(3));
		sandbox.update('subscriptions', 'sub_1', { price: 'price_lord' });
		const [seen] = (await stripe.events.list({ limit: 1 })).data;
		sandbox.update('subscriptions', 'sub_2', { status: 'past_due' });
		sandbox.update('customers', 'cus_3', { email: 'other@example.com' });

		const fresh = await stripe.events.list({ ending_before: seen?.id ?? '', types: ['customer.subscription.updated', 'customer.updated'] });
		expect(types(fresh)).toEqual(['customer.updated', 'customer.subscription.updated']);
		expect(fresh.has_more).toBe(false);
		expect(fresh.data[0]?.data).toMatchObject({ object: { email: 'other@example.com' }, previous_attributes: { email: 'p3@example.com' } });
		expect(fresh.data[1]?.data).toMatchObject({ object: { status: 'past_due' }, previous_attributes: { status: 'active' } });
		expect(await stripe.events.retrieve(seen?.id ?? '')).toMatchObject({ type: 'customer.subscription.updated', livemode: false });
		expect(types(await stripe.events.list({ created: { gt: now } }))).toEqual([]);
	});

	it('livemode is what the sandbox was told', async () => {
		const { stripe, sandbox } = await start(people(1));
		sandbox.setLivemode(true);
		const [subscription] = (await stripe.subscriptions.list({ expand: ['data.customer', 'data.latest_invoice'] })).data;
		expect(subscription).toMatchObject({ livemode: true, customer: { livemode: true }, latest_invoice: { livemode: true } });
	});
});
