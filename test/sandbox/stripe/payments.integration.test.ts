import type Stripe from 'stripe';
import { describe, expect, it } from 'vitest';
import { DAY, now, start, subscribers } from './server.js';

const types = (list: { data: readonly Stripe.Event[] }) => list.data.map((event) => event.type);
const ids = (list: { data: readonly { id: string }[] }) => list.data.map((item) => item.id);

describe('a failed payment', () => {
	it('renews an active subscription, whose invoice stays open', async () => {
		const { stripe, control } = await start(subscribers(1));
		expect(control.failPayment('sub_1')).toMatchObject({ status: 'past_due', failedAt: now });
		const subscription = await stripe.subscriptions.retrieve('sub_1', { expand: ['latest_invoice'] });
		expect(subscription).toMatchObject({
			status: 'past_due',
			billing_cycle_anchor: now,
			items: { data: [{ current_period_start: now }] },
			latest_invoice: { status: 'open', attempt_count: 1, next_payment_attempt: now + 3 * DAY, billing_reason: 'subscription_cycle' }
		});
		const [charge] = (await stripe.charges.list({ customer: 'cus_1' })).data;
		expect(charge).toMatchObject({ status: 'failed', paid: false, failure_code: 'card_declined', amount: 900, amount_captured: 0 });
		expect(types(await stripe.events.list()).toReversed()).toEqual([
			'invoice.created',
			'customer.subscription.updated',
			'invoice.finalized',
			'charge.failed',
			'invoice.payment_failed',
			'customer.subscription.updated'
		]);
		expect(control.get('customers', 'cus_1')).toMatchObject({ card: 'declined' });
	});

	it('is another attempt if the subscription is past due, and the last one has the effect that the dashboard sets', async () => {
		for (const [afterRetries, status] of [
			['past_due', 'past_due'],
			['unpaid', 'unpaid'],
			['cancel', 'canceled']
		] as const) {
			const { stripe, control } = await start(subscribers(1));
			control.setBilling({ afterRetries });
			for (let attempt = 1; attempt < 4; attempt++)
				expect(control.failPayment('sub_1')).toMatchObject({ status: 'past_due', failedAt: now });
			expect(control.failPayment('sub_1')).toMatchObject({ status });
			const [invoice, ...others] = (await stripe.invoices.list({ subscription: 'sub_1', status: 'open' })).data;
			expect(others).toEqual([]);
			expect(invoice).toMatchObject({ attempt_count: 4, next_payment_attempt: null });
		}
	});

	it('ends a trial', async () => {
		const { stripe, control } = await start(subscribers(1, () => ({ status: 'trialing' })));
		control.failPayment('sub_1');
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject({ status: 'past_due', trial_end: now, billing_cycle_anchor: now });
	});

	it('is over once the status is set to active, which pays with a valid card', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.failPayment('sub_1');
		expect(control.update('subscriptions', 'sub_1', { status: 'active' })).toMatchObject({ status: 'active', failedAt: null });
		expect(control.get('customers', 'cus_1')).not.toHaveProperty('card');
		expect((await stripe.invoices.list({ status: 'open' })).data).toEqual([]);
	});

	it.each(['canceled', 'incomplete', 'unpaid', 'paused'])('is refused for a subscription that is %s', async (status) => {
		const { control } = await start(subscribers(1, () => ({ status })));
		expect(() => control.failPayment('sub_1')).toThrow(`no payment of sub_1 is due: the subscription is ${status}`);
	});
});

describe('a refund', () => {
	it('gives back a payment in parts, and leaves the subscription as it is', async () => {
		const { stripe, control } = await start(subscribers(2));
		const before = await stripe.subscriptions.retrieve('sub_1');
		expect(control.refund('sub_1', { amount: 400, reason: 'duplicate' })).toEqual({
			id: 're_000001',
			subscription: 'sub_1',
			customer: 'cus_1',
			charge: 'ch_sub_1',
			invoice: 'in_sub_1',
			currency: 'usd',
			amount: 400,
			reason: 'duplicate',
			created: now
		});
		expect(await stripe.charges.retrieve('ch_sub_1')).toMatchObject({ amount: 900, amount_refunded: 400, refunded: false });
		expect(control.refund('sub_1')).toMatchObject({ amount: 500, reason: null });
		const charge = await stripe.charges.retrieve('ch_sub_1', { expand: ['refunds', 'customer'] });
		expect(charge).toMatchObject({
			amount_refunded: 900,
			refunded: true,
			status: 'succeeded',
			paid: true,
			customer: { id: 'cus_1', object: 'customer' },
			refunds: { data: [{ id: 're_000002' }, { id: 're_000001' }], has_more: false }
		});
		expect(await stripe.subscriptions.retrieve('sub_1')).toEqual(before);
		expect(await stripe.charges.retrieve('ch_sub_2')).toMatchObject({ amount_refunded: 0, refunded: false });
		expect(control.refunds()).toHaveLength(2);

		const events = await stripe.events.list();
		expect(types(events)).toEqual(['charge.refunded', 'refund.created', 'charge.refunded', 'refund.created']);
		expect(events.data[0]?.data).toMatchObject({
			object: { amount_refunded: 900, refunded: true },
			previous_attributes: { amount_refunded: 400, refunded: false }
		});
	});

	it('can be read and listed by charge', async () => {
		const { stripe, control } = await start(subscribers(2));
		control.refund('sub_1', { reason: 'requested_by_customer' });
		control.refund('sub_2', { amount: 1 });
		expect(ids(await stripe.refunds.list())).toEqual(['re_000002', 're_000001']);
		expect((await stripe.refunds.list({ charge: 'ch_sub_1', expand: ['data.charge'] })).data).toMatchObject([
			{ object: 'refund', status: 'succeeded', amount: 900, currency: 'usd', reason: 'requested_by_customer', charge: { id: 'ch_sub_1' } }
		]);
		expect(await stripe.refunds.retrieve('re_000002')).toMatchObject({ amount: 1, charge: 'ch_sub_2', customer: 'cus_2' });
		await expect(stripe.refunds.list({ charge: 'ch_9' })).rejects.toMatchObject({ statusCode: 400, param: 'charge' });
		await expect(stripe.refunds.retrieve('re_9')).rejects.toMatchObject({ statusCode: 404, message: "No such refund: 're_9'" });
	});

	it('is refused if nothing is left, or more is asked for than was paid', async () => {
		const { control } = await start(subscribers(2, (index) => (index === 0 ? {} : { status: 'trialing' })));
		expect(() => control.refund('sub_1', { amount: 901 })).toThrow('amount 901 is more than what is left of ch_sub_1: 900');
		control.refund('sub_1');
		expect(() => control.refund('sub_1')).toThrow('no payment of sub_1 is left to refund');
		expect(() => control.refund('sub_1', { charge: 'ch_sub_1' })).toThrow('ch_sub_1 is already refunded');
		expect(() => control.refund('sub_1', { charge: 'ch_sub_2' })).toThrow('sub_1 has no payment ch_sub_2');
		expect(() => control.refund('sub_2')).toThrow('no payment of sub_2 is left to refund');
		expect(() => control.refund('sub_3')).toThrow('there is no subscription sub_3');
		expect(() => control.refund('sub_1', { reason: 'regret' })).toThrow('reason');
	});

	it('is of the amount that was paid, also after the price has changed', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.update('subscriptions', 'sub_1', { price: 'price_lord' });
		expect(control.refund('sub_1')).toMatchObject({ amount: 900 });
		expect(await stripe.invoices.retrieve('in_sub_1')).toMatchObject({ amount_paid: 900 });
	});
});

describe('a dispute', () => {
	it('is opened on a payment and decided later; the subscription stays as it is', async () => {
		const { stripe, control } = await start(subscribers(2));
		expect(control.dispute('sub_1')).toMatchObject({ id: 'dp_000001', charge: 'ch_sub_1', amount: 900, status: 'needs_response' });
		control.dispute('sub_2', { reason: 'product_not_received' });
		expect(await stripe.charges.retrieve('ch_sub_1')).toMatchObject({ disputed: true, refunded: false });
		expect((await stripe.disputes.list({ charge: 'ch_sub_1', expand: ['data.charge'] })).data).toMatchObject([
			{ object: 'dispute', status: 'needs_response', reason: 'fraudulent', charge: { id: 'ch_sub_1' }, is_charge_refundable: false }
		]);

		expect(control.closeDispute('dp_000001', { status: 'lost' })).toMatchObject({ status: 'lost' });
		expect(control.closeDispute('dp_000002', { status: 'won' })).toMatchObject({ status: 'won' });
		expect((await stripe.disputes.list()).data.map(({ status, reason }) => [status, reason])).toEqual([
			['won', 'product_not_received'],
			['lost', 'fraudulent']
		]);
		expect((await stripe.subscriptions.list()).data.map(({ status }) => status)).toEqual(['active', 'active']);
		expect(types(await stripe.events.list()).toReversed()).toEqual([
			'charge.dispute.created',
			'charge.dispute.funds_withdrawn',
			'charge.dispute.created',
			'charge.dispute.funds_withdrawn',
			'charge.dispute.closed',
			'charge.dispute.closed',
			'charge.dispute.funds_reinstated'
		]);
	});

	it.each([
		['cancel', { status: 'canceled', ended_at: now }],
		['cancel_at_period_end', { status: 'active', cancel_at_period_end: true }],
		['keep', { status: 'active', cancel_at_period_end: false }]
	] as const)('has the effect that the dashboard sets: %s', async (onDispute, expected) => {
		const { stripe, control } = await start(subscribers(1));
		control.setBilling({ onDispute });
		control.dispute('sub_1');
		expect(await stripe.subscriptions.retrieve('sub_1')).toMatchObject(expected);
	});

	it('is refused twice, and so is the refund of a disputed payment', async () => {
		const { control } = await start(subscribers(1));
		control.dispute('sub_1');
		expect(() => control.dispute('sub_1')).toThrow('no payment of sub_1 is left to dispute');
		expect(() => control.refund('sub_1', { charge: 'ch_sub_1' })).toThrow('ch_sub_1 is disputed: it cannot be refunded');
		control.closeDispute('dp_000001', { status: 'won' });
		expect(() => control.closeDispute('dp_000001', { status: 'lost' })).toThrow('dispute dp_000001 is already won');
		expect(() => control.closeDispute('dp_000002', { status: 'lost' })).toThrow('there is no dispute dp_000002');
	});
});

describe('charges', () => {
	it('are listed for every payment that was tried, and none for a trial', async () => {
		const { stripe, control } = await start(
			subscribers(
				5,
				(index) => [{}, { status: 'trialing' }, { status: 'past_due', failedAt: now - DAY }, { status: 'incomplete' }, {}][index] ?? {}
			)
		);
		control.failPayment('sub_5');
		const all: Stripe.Charge[] = [];
		for await (const charge of stripe.charges.list({ limit: 2 })) all.push(charge);
		expect(all.map(({ id, status }) => [id, status])).toEqual([
			['ch_sub_5_m1_1', 'failed'],
			['ch_sub_3_m1_1', 'failed'],
			['ch_sub_5', 'succeeded'],
			['ch_sub_4', 'failed'],
			['ch_sub_3', 'succeeded'],
			['ch_sub_1', 'succeeded']
		]);
		expect(ids(await stripe.charges.list({ customer: 'cus_3' }))).toEqual(['ch_sub_3_m1_1', 'ch_sub_3']);
		expect(ids(await stripe.charges.list({ created: { gte: now } }))).toEqual(['ch_sub_5_m1_1']);
		await expect(stripe.charges.retrieve('ch_sub_2')).rejects.toMatchObject({ statusCode: 404 });
		expect(await stripe.invoices.retrieve('in_sub_2')).toMatchObject({ status: 'paid', total: 0 });
	});

	it('pay invoices, which name them', async () => {
		const { stripe, control } = await start(subscribers(2, (index) => (index === 0 ? { status: 'past_due', failedAt: now - DAY } : {})));
		control.update('subscriptions', 'sub_1', { status: 'active' });
		const payments = (await stripe.invoicePayments.list({ invoice: 'in_sub_1', expand: ['data.payment.charge'] })).data;
		expect(payments).toMatchObject([
			{
				id: 'inpay_ch_sub_1',
				invoice: 'in_sub_1',
				amount_paid: 900,
				status: 'paid',
				payment: { type: 'charge', charge: { id: 'ch_sub_1' } }
			}
		]);
		const invoice = await stripe.invoices.retrieve('in_sub_1_m1', { expand: ['payments'] });
		expect(invoice).toMatchObject({ status: 'paid', attempt_count: 2, payments: { data: [{ payment: { charge: 'ch_sub_1_m1_2' } }] } });
		expect(ids(await stripe.invoicePayments.list())).toEqual(['inpay_ch_sub_1_m1_2', 'inpay_ch_sub_2', 'inpay_ch_sub_1']);
		expect(ids(await stripe.invoicePayments.list({ status: 'open' }))).toEqual([]);
		expect(await stripe.invoicePayments.retrieve('inpay_ch_sub_2')).toMatchObject({ invoice: 'in_sub_2' });
		await expect(stripe.invoicePayments.retrieve('inpay_ch_sub_1_m1_1')).rejects.toMatchObject({ statusCode: 404 });
		await expect(stripe.invoicePayments.list({ invoice: 'in_9' })).rejects.toMatchObject({ statusCode: 400, param: 'invoice' });
	});

	it('take their own permissions', async () => {
		const { stripe, control } = await start(subscribers(1));
		control.setPermission('charges', false);
		await expect(stripe.charges.list()).rejects.toThrow('rak_charge_read');
		await expect(stripe.refunds.list()).rejects.toThrow('rak_charge_read');
		control.setPermission('disputes', false);
		await expect(stripe.disputes.list()).rejects.toThrow('rak_dispute_read');
		control.setPermission('invoices', false);
		await expect(stripe.invoicePayments.list()).rejects.toThrow('rak_invoice_read');
		await expect(stripe.refunds.create({ charge: 'ch_sub_1' })).rejects.toThrow('rak_charge_write');
	});
});
