import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { ControlError } from '../../../sandbox/services/core/control-error.js';
import { DAY, now, start, subscribers } from './server.js';

const types = (list: { data: readonly Stripe.Event[] }) => list.data.map((event) => event.type);

describe('dashboard changes', () => {
	it('dates past_due from now unless a date is given, and pays the invoice on active', async () => {
		const { stripe, control } = await start(subscribers(1));
		expect(control.update('subscriptions', 'sub_1', { status: 'past_due' })).toMatchObject({ status: 'past_due', failedAt: now });
		const [invoice] = (await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data;
		expect(invoice?.status_transitions.finalized_at).toBe(now);
		expect((await stripe.subscriptions.list({ status: 'past_due' })).data).toHaveLength(1);

		expect(control.update('subscriptions', 'sub_1', { status: 'active' })).toMatchObject({ status: 'active', failedAt: null });
		expect((await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data).toEqual([]);
		expect(await stripe.invoices.retrieve(invoice?.id ?? '')).toMatchObject({ status: 'paid', status_transitions: { paid_at: now } });
		expect((await stripe.subscriptions.list({ status: 'past_due' })).data).toEqual([]);

		expect(types(await stripe.events.list())).toEqual([
			'customer.subscription.updated',
			'invoice.payment_succeeded',
			'invoice.paid',
			'charge.succeeded',
			'customer.subscription.updated',
			'invoice.payment_failed',
			'charge.failed',
			'invoice.finalized',
			'invoice.created'
		]);
	});

	it('moves the open invoice to failedAt and voids it for null', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ status: 'past_due', failedAt: now - DAY })));
		control.update('subscriptions', 'sub_1', { failedAt: now - 3 * DAY });
		const open = await stripe.invoices.list({ subscription: 'sub_1', status: 'open' });
		expect(open.data.map((item) => item.status_transitions.finalized_at)).toEqual([now - 3 * DAY]);
		expect(control.update('subscriptions', 'sub_1', { failedAt: null })).toMatchObject({ status: 'past_due', failedAt: null });
		expect((await stripe.invoices.list({ subscription: 'sub_1', status: 'void' })).data).toHaveLength(2);
	});

	it('accepts an object as read without a change', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ status: 'past_due', failedAt: now - DAY })));
		const read = control.get('subscriptions', 'sub_1');
		expect(control.update('subscriptions', 'sub_1', read)).toEqual(read);
		expect(types(await stripe.events.list())).toEqual([]);
	});

	it('replaces items and price indexes', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.update('subscriptions', 'sub_1', { price: 'price_lord' });
		expect((await stripe.subscriptions.list({ price: 'price_lord' })).data[0]?.items.data[0]?.price.id).toBe('price_lord');
		expect((await stripe.subscriptions.list({ price: 'price_knight' })).data).toEqual([]);
		control.update('subscriptions', 'sub_1', { items: [{ price: 'price_new' }, { price: 'price_lord', quantity: 3 }] });
		expect((await stripe.subscriptions.retrieve('sub_1')).items.data.map((item) => [item.price.product, item.quantity])).toEqual([
			['prod_new', 1],
			['prod_lord', 3]
		]);
	});

	it('merges metadata as Stripe does', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ metadata: { discord_id: '1', note: 'x' } })));
		control.update('subscriptions', 'sub_1', { metadata: { discord_id: '2', note: '' } });
		expect((await stripe.subscriptions.retrieve('sub_1')).metadata).toEqual({ discord_id: '2' });
		const [event] = (await stripe.events.list({ type: 'customer.subscription.*' })).data;
		expect(event?.data).toMatchObject({
			object: { id: 'sub_1', metadata: { discord_id: '2' } },
			previous_attributes: { metadata: { discord_id: '1', note: 'x' } }
		});
		control.update('subscriptions', 'sub_1', { metadata: {} });
		expect((await stripe.subscriptions.retrieve('sub_1')).metadata).toEqual({});
	});

	it('cancels a deleted subscription, which can be reactivated', async () => {
		const { stripe, control } = await start(subscribers(2));
		expect(control.delete('subscriptions', 'sub_1')).toMatchObject({ status: 'canceled', ended_at: now });
		expect((await stripe.subscriptions.list()).data.map((item) => item.id)).toEqual(['sub_2']);
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({ status: 'canceled', ended_at: now, canceled_at: now });
		expect(types(await stripe.events.list())).toEqual(['customer.subscription.deleted']);
		control.update('subscriptions', 'sub_1', { status: 'active' });
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({ status: 'active', ended_at: null });
	});

	it('emits paused and resumed events', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.update('subscriptions', 'sub_1', { status: 'paused' });
		control.update('subscriptions', 'sub_1', { status: 'active' });
		control.update('subscriptions', 'sub_1', { pause_collection: { behavior: 'void' }, cancel_at_period_end: true });
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

	it('reduces a deleted customer to a stub and cancels the subscriptions', async () => {
		const { stripe, control } = await start(subscribers(2));
		control.delete('customers', 'cus_1');
		expect(await stripe.customers.retrieve('cus_1')).toEqual({ id: 'cus_1', object: 'customer', deleted: true });
		expect((await stripe.customers.list()).data.map((item) => item.id)).toEqual(['cus_2']);
		expect((await stripe.customers.list({ email: 'p1@example.com' })).data).toEqual([]);
		const subscription = await stripe.subscriptions.retrieve('sub_1', { expand: ['customer'] });
		expect(subscription).toMatchObject({ status: 'canceled', customer: { id: 'cus_1', deleted: true } });
		expect(types(await stripe.events.list())).toEqual(['customer.deleted', 'customer.subscription.deleted']);
	});

	it('lists new customers and subscriptions first', async () => {
		const { stripe, control } = await start(subscribers(1));
		expect(control.create('customers', { email: 'new@example.com' })).toMatchObject({ id: 'cus_new_1', created: now });
		expect(control.create('subscriptions', { customer: 'cus_new_1', status: 'trialing', price: 'price_lord' })).toMatchObject({
			id: 'sub_new_1',
			price: 'price_lord',
			quantity: 1
		});
		expect((await stripe.subscriptions.list()).data.map((item) => item.id)).toEqual(['sub_new_1', 'sub_1']);
		expect((await stripe.subscriptions.list()).data[0]).toMatchObject({ status: 'trialing', trial_start: now });
		expect(control.list('subscriptions')).toHaveLength(2);
	});

	it('emits the events of the first invoice of a new subscription, by its status', async () => {
		for (const [status, expected] of [
			['active', ['charge.succeeded', 'invoice.paid', 'invoice.payment_succeeded']],
			['trialing', ['invoice.paid', 'invoice.payment_succeeded']],
			['incomplete', ['charge.failed', 'invoice.payment_failed']],
			['incomplete_expired', ['charge.failed', 'invoice.payment_failed', 'invoice.voided']]
		] as const) {
			const { stripe, control } = await start({ customers: [{ id: 'cus_1' }] });
			control.create('subscriptions', { customer: 'cus_1', status });
			expect(types(await stripe.events.list()).toReversed()).toEqual([
				'customer.subscription.created',
				'invoice.created',
				'invoice.finalized',
				...expected
			]);
		}
	});

	it('pays the first invoice of an incomplete subscription that becomes active', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ status: 'incomplete' })));
		expect(await stripe.charges.retrieve('ch_sub_1')).toMatchObject({ status: 'failed' });
		control.update('subscriptions', 'sub_1', { status: 'active' });
		expect(await stripe.charges.retrieve('ch_sub_1')).toMatchObject({ status: 'succeeded' });
		expect(types(await stripe.events.list())).toContain('charge.succeeded');
		expect(control.refund('sub_1')).toMatchObject({ amount: 900 });
	});

	it('rejects unknown objects, unknown fields and duplicates', async () => {
		const { control } = await start(subscribers(1));
		const status = (act: () => unknown) => {
			try {
				act();
			} catch (error) {
				if (error instanceof ControlError) return error.status;
				throw error;
			}
			return 200;
		};
		expect(status(() => control.get('customers', 'cus_9'))).toBe(404);
		expect(status(() => control.update('subscriptions', 'sub_9', {}))).toBe(404);
		expect(status(() => control.update('subscriptions', 'sub_1', { colour: 'red' }))).toBe(400);
		expect(status(() => control.update('subscriptions', 'sub_1', { customer: 'cus_2' }))).toBe(400);
		expect(status(() => control.create('subscriptions', { customer: 'cus_9' }))).toBe(404);
		expect(status(() => control.create('customers', { id: 'cus_1' }))).toBe(409);
	});
});

describe('events', () => {
	it('lists events after a cursor and by type, with a snapshot of the object', async () => {
		const { stripe, control } = await start(subscribers(3));
		control.update('subscriptions', 'sub_1', { price: 'price_lord' });
		const [seen] = (await stripe.events.list({ limit: 1 })).data;
		control.update('subscriptions', 'sub_2', { status: 'past_due' });
		control.update('customers', 'cus_3', { email: 'other@example.com' });

		const fresh = await stripe.events.list({ ending_before: seen?.id ?? '', types: ['customer.subscription.updated', 'customer.updated'] });
		expect(types(fresh)).toEqual(['customer.updated', 'customer.subscription.updated']);
		expect(fresh.has_more).toBe(false);
		expect(fresh.data[0]?.data).toMatchObject({ object: { email: 'other@example.com' }, previous_attributes: { email: 'p3@example.com' } });
		expect(fresh.data[1]?.data).toMatchObject({ object: { status: 'past_due' }, previous_attributes: { status: 'active' } });
		expect(await stripe.events.retrieve(seen?.id ?? '')).toMatchObject({ type: 'customer.subscription.updated', livemode: false });
		expect(types(await stripe.events.list({ created: { gt: now } }))).toEqual([]);
	});

	it('reports the configured livemode', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.setLivemode(true);
		const [subscription] = (await stripe.subscriptions.list({ expand: ['data.customer', 'data.latest_invoice'] })).data;
		expect(subscription).toMatchObject({ livemode: true, customer: { livemode: true }, latest_invoice: { livemode: true } });
	});
});
