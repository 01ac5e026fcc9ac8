import { z } from 'zod';
import { ControlError } from '../../core/control-error.js';
import { collect, createInvoice, finalizeInvoice, setStatus } from '../billing/collect.js';
import { emitCharge, emitDispute, emitRefund, emitSubscriptionChange } from '../billing/emit.js';
import { chargeObject } from '../objects/charge.js';
import { invoiceTotal } from '../objects/invoice.js';
import { nowOf, subscriptionObject } from '../objects/subscription.js';
import { chargesOf } from '../records/payments.js';
import { type ChargeRecord, type DisputeRecord, hasEnded, type RefundRecord, type SubscriptionRecord } from '../records/records.js';
import type { StripeState } from '../state/state.js';
import { read, requireDispute, requireSubscription } from './read.js';
import { showSubscription } from './subscriptions.js';

/** What happens to a subscription's payments: they fail, are refunded, or disputed. */

const charge = z.string().min(1).optional();
const refundBody = z.strictObject({
	/** ID of the charge; default: the newest that can be refunded. */
	charge,
	/** In the currency's smallest unit; default: what is left of the charge. */
	amount: z.int().positive().optional(),
	reason: z.enum(['duplicate', 'fraudulent', 'requested_by_customer']).optional()
});
const disputeBody = z.strictObject({ charge, reason: z.string().min(1).default('fraudulent') });
const closeBody = z.strictObject({ status: z.enum(['won', 'lost']) });

/**
 * A payment fails now, and the card stays declined. An active subscription renews for it: a new period begins with an open invoice. An overdue
 * one is charged again for its newest open invoice.
 */
export function failPayment(state: StripeState, id: string): unknown {
	const record = requireSubscription(state.store, id);
	const { status, customer } = record;
	if (!['active', 'trialing', 'past_due'].includes(status))
		throw new ControlError(409, `no payment of ${id} is due: the subscription is ${status}`);
	customer.cardDeclined = true;
	const open = record.invoices.findLast((invoice) => invoice.status === 'open');
	if (status === 'past_due' && open) {
		collect(state, open);
	} else {
		const before = subscriptionObject(record, state.context);
		beginPeriod(state, record);
		const invoice = createInvoice(state, record);
		emitSubscriptionChange(state, record, status, before);
		if (invoice.status === 'draft' && invoice.autoAdvance) finalizeInvoice(state, invoice);
	}
	return showSubscription(state, record);
}

function beginPeriod(state: StripeState, record: SubscriptionRecord): void {
	const now = nowOf(record.customer, state.context);
	state.store.changeSubscription(record, () => {
		if (record.status === 'trialing') {
			record.status = 'active';
			record.trialEnd = now;
		}
		record.anchor = now;
	});
}

/** Refunds a payment. The subscription stays as it is, as in Stripe. */
export function refund(state: StripeState, id: string, given: unknown): unknown {
	const { store, context } = state;
	const body = read(refundBody, given);
	const record = requireSubscription(store, id);
	const left = (each: ChargeRecord) => invoiceTotal(each.invoice, store.catalog) - store.payments.refunded(each);
	const found = findCharge(record, body.charge, (each) => left(each) > 0 && !store.payments.disputeOf(each));
	if (!found) throw new ControlError(409, `no payment of ${id} is left to refund`);
	if (store.payments.disputeOf(found)) throw new ControlError(409, `${found.id} is disputed: it cannot be refunded`);
	const most = left(found);
	const amount = body.amount ?? most;
	if (most === 0) throw new ControlError(409, `${found.id} is already refunded`);
	if (amount > most) throw new ControlError(400, `amount ${amount} is more than what is left of ${found.id}: ${most}`);
	const before = chargeObject(found, context);
	const refunded: RefundRecord = {
		id: `re_${padded(store.payments.refunds.length + 1)}`,
		created: nowOf(record.customer, context),
		charge: found,
		amount,
		reason: body.reason ?? null
	};
	store.payments.refunds.insert(refunded);
	emitRefund(state, refunded);
	emitCharge(state, 'charge.refunded', found, before);
	return showRefund(state, refunded);
}

/** The customer disputes a payment with their bank, which takes the amount back. */
export function dispute(state: StripeState, id: string, given: unknown): unknown {
	const { store, context, settings } = state;
	const body = read(disputeBody, given);
	const record = requireSubscription(store, id);
	const found = findCharge(record, body.charge, (each) => !store.payments.disputeOf(each));
	if (!found) throw new ControlError(409, `no payment of ${id} is left to dispute`);
	if (store.payments.disputeOf(found)) throw new ControlError(409, `${found.id} is already disputed`);
	const opened: DisputeRecord = {
		id: `dp_${padded(store.payments.disputes.length + 1)}`,
		created: nowOf(record.customer, context),
		charge: found,
		amount: invoiceTotal(found.invoice, store.catalog),
		reason: body.reason,
		status: 'needs_response'
	};
	store.payments.disputes.insert(opened);
	emitDispute(state, 'charge.dispute.created', opened);
	emitDispute(state, 'charge.dispute.funds_withdrawn', opened);
	if (!hasEnded(record.status) && settings.onDispute === 'cancel') setStatus(state, record, 'canceled');
	if (!hasEnded(record.status) && settings.onDispute === 'cancel_at_period_end') {
		const before = subscriptionObject(record, context);
		record.cancelAtPeriodEnd = true;
		emitSubscriptionChange(state, record, record.status, before);
	}
	return showDispute(state, opened);
}

/** The bank decides. The subscription stays as it is. */
export function closeDispute(state: StripeState, id: string, given: unknown): unknown {
	const { status } = read(closeBody, given);
	const record = requireDispute(state.store, id);
	if (record.status !== 'needs_response') throw new ControlError(409, `dispute ${id} is already ${record.status}`);
	record.status = status;
	emitDispute(state, 'charge.dispute.closed', record);
	if (status === 'won') emitDispute(state, 'charge.dispute.funds_reinstated', record);
	return showDispute(state, record);
}

export const listRefunds = (state: StripeState): unknown[] => state.store.payments.refunds.all().map((record) => showRefund(state, record));

export const listDisputes = (state: StripeState): unknown[] =>
	state.store.payments.disputes.all().map((record) => showDispute(state, record));

/** @param keep - which of the successful charges may be taken, unless one is named */
function findCharge(record: SubscriptionRecord, id: string | undefined, keep: (charge: ChargeRecord) => boolean): ChargeRecord | undefined {
	const charges = chargesOf(record).filter(({ failed, invoice }) => !failed && invoice.status === 'paid');
	if (id === undefined) return charges.find(keep);
	const found = charges.find((each) => each.id === id);
	if (!found) throw new ControlError(404, `${record.id} has no payment ${id}`);
	return found;
}

function showRefund(state: StripeState, { id, created, charge, amount, reason }: RefundRecord): unknown {
	return { id, ...paymentOf(state, charge), amount, reason, created };
}

function showDispute(state: StripeState, { id, created, charge, amount, reason, status }: DisputeRecord): unknown {
	return { id, ...paymentOf(state, charge), amount, reason, status, created };
}

function paymentOf({ store }: StripeState, { id, invoice }: ChargeRecord) {
	const { subscription } = invoice;
	return {
		subscription: subscription.id,
		customer: subscription.customer.id,
		charge: id,
		invoice: invoice.id,
		currency: store.catalog.currencyOf(invoice.items)
	};
}

/** So that objects of the same second sort in order of creation. */
const padded = (number: number) => String(number).padStart(6, '0');
