import { invoiceTotal } from '../objects/invoice.js';
import { nowOf, subscriptionObject } from '../objects/subscription.js';
import { addCharge, latestInvoice, MAX_ATTEMPTS, newInvoice } from '../records/invoicing.js';
import { type InvoiceRecord, isOverdue, type SubscriptionRecord } from '../records/records.js';
import type { StripeState } from '../state/state.js';
import { emitCharge, emitInvoice, emitSubscriptionChange } from './emit.js';

/** Invoices a period and collects the payment, as Stripe does by itself. */

/** Creates the invoice of a period that begins now. Of a subscription whose collection is paused, it is set aside as configured. */
export function createInvoice(state: StripeState, record: SubscriptionRecord): InvoiceRecord {
	const now = nowOf(record.customer, state.context);
	const invoice = newInvoice(record, now);
	record.invoices = [...record.invoices, invoice];
	state.store.addInvoice(invoice);
	emitInvoice(state, 'invoice.created', invoice);
	const behavior = record.pause?.behavior;
	if (behavior === 'void') voidInvoice(state, invoice);
	if (behavior === 'mark_uncollectible') {
		invoice.status = 'uncollectible';
		invoice.finalizedAt = now;
		emitInvoice(state, 'invoice.marked_uncollectible', invoice);
	}
	return invoice;
}

/** Finalizes a draft and charges it. */
export function finalizeInvoice(state: StripeState, invoice: InvoiceRecord): void {
	invoice.status = 'open';
	invoice.finalizedAt = nowOf(invoice.subscription.customer, state.context);
	emitInvoice(state, 'invoice.finalized', invoice);
	collect(state, invoice);
}

/** Charges an open invoice. The subscription's status follows from the newest one. */
export function collect(state: StripeState, invoice: InvoiceRecord): void {
	const { subscription } = invoice;
	const { customer } = subscription;
	const now = nowOf(customer, state.context);
	if (invoiceTotal(invoice, state.store.catalog) > 0) {
		const charge = addCharge(invoice, now, customer.cardDeclined);
		state.store.payments.charges.insert(charge);
		emitCharge(state, charge.failed ? 'charge.failed' : 'charge.succeeded', charge);
		if (charge.failed) {
			emitInvoice(state, 'invoice.payment_failed', invoice);
			afterFailure(state, invoice);
			return;
		}
	}
	settle(state, invoice);
	if (isOverdue(subscription.status) && latestInvoice(subscription) === invoice) setStatus(state, subscription, 'active');
}

function afterFailure(state: StripeState, invoice: InvoiceRecord): void {
	const { subscription } = invoice;
	if (subscription.status === 'active') setStatus(state, subscription, 'past_due');
	if (subscription.status !== 'past_due' || invoice.attempts < MAX_ATTEMPTS) return;
	const { afterRetries } = state.settings;
	if (afterRetries !== 'past_due') setStatus(state, subscription, afterRetries === 'cancel' ? 'canceled' : 'unpaid');
}

export function setStatus(state: StripeState, record: SubscriptionRecord, status: string): void {
	const before = subscriptionObject(record, state.context);
	const was = record.status;
	state.store.changeSubscription(record, () => {
		record.status = status;
		if (status === 'canceled') record.endedAt = nowOf(record.customer, state.context);
	});
	emitSubscriptionChange(state, record, was, before);
}

/** Marks an invoice as paid. */
function settle(state: StripeState, invoice: InvoiceRecord): void {
	const now = nowOf(invoice.subscription.customer, state.context);
	invoice.status = 'paid';
	invoice.paidAt = now;
	invoice.finalizedAt ??= now;
	emitInvoice(state, 'invoice.paid', invoice);
	emitInvoice(state, 'invoice.payment_succeeded', invoice);
}

export function voidInvoice(state: StripeState, invoice: InvoiceRecord): void {
	const now = nowOf(invoice.subscription.customer, state.context);
	invoice.status = 'void';
	invoice.voidedAt = now;
	invoice.finalizedAt ??= now;
	emitInvoice(state, 'invoice.voided', invoice);
}
