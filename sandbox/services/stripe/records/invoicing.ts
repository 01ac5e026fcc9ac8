import { addIntervals, type Interval } from './periods.js';
import { type ChargeRecord, type CustomerRecord, type InvoiceRecord, isOverdue, type SubscriptionRecord } from './records.js';

/** The invoices of a subscription. The first one is derived from the record; later ones are stored. */

/** Invoices created for one payment failure, at most. */
const MAX_PERIODS = 12;
/** Stripe retries a failed charge at this interval, unless the subscription is `unpaid`. */
export const RETRY_SECONDS = 3 * 86_400;
export const MAX_ATTEMPTS = 4;

export function firstInvoice(subscription: SubscriptionRecord): InvoiceRecord {
	const { id, created, status, firstItems, endedAt } = subscription;
	const isOpen = status === 'incomplete';
	const isVoid = status === 'incomplete_expired';
	const invoice: InvoiceRecord = {
		id: `in_${id}`,
		created,
		subscription,
		items: firstItems,
		status: isOpen ? 'open' : isVoid ? 'void' : 'paid',
		autoAdvance: true,
		finalizedAt: created,
		paidAt: isOpen || isVoid ? null : created,
		voidedAt: isVoid ? endedAt : null,
		first: true,
		attempts: 1,
		charges: []
	};
	// The invoice of a trial is for nothing.
	if (subscription.trialEnd === null) invoice.charges = [chargeOf(invoice)];
	return invoice;
}

/** The charge of the first invoice. The invoice of a trial does not have it. */
export function firstCharge(subscription: SubscriptionRecord): ChargeRecord {
	return chargeOf(firstInvoice(subscription));
}

const chargeOf = (invoice: InvoiceRecord): ChargeRecord => ({
	id: `ch_${invoice.subscription.id}`,
	created: invoice.created,
	invoice,
	failed: invoice.status !== 'paid'
});

/** A draft of an invoice for the period that begins at `created`. */
export function newInvoice(subscription: SubscriptionRecord, created: number, number = subscription.invoices.length + 1): InvoiceRecord {
	return {
		id: `in_${subscription.id}_m${number}`,
		created,
		subscription,
		items: subscription.items,
		status: 'draft',
		autoAdvance: subscription.status !== 'unpaid' && subscription.pause === null,
		finalizedAt: null,
		paidAt: null,
		voidedAt: null,
		first: false,
		attempts: 0,
		charges: []
	};
}

/** Records an attempt to pay an invoice. */
export function addCharge(invoice: InvoiceRecord, created: number, failed: boolean): ChargeRecord {
	const charge = { id: `ch_${invoice.id.slice('in_'.length)}_${invoice.charges.length + 1}`, created, invoice, failed };
	invoice.charges = [...invoice.charges, charge];
	invoice.attempts += 1;
	return charge;
}

/**
 * The invoices of a payment failure: the one that failed, and one for every period since. So the latest invoice is newer than the one that
 * failed, as in Stripe, which keeps collecting for `past_due` and leaves drafts for `unpaid`.
 */
export function laterInvoices(subscription: SubscriptionRecord, failedAt: number, now: number, interval: Interval): InvoiceRecord[] {
	const invoices: InvoiceRecord[] = [];
	for (let times = 0; times < MAX_PERIODS; times++) {
		const created = addIntervals(failedAt, interval, times);
		if (times > 0 && (created > now || !isOverdue(subscription.status))) break;
		const invoice = newInvoice(subscription, created, subscription.invoices.length + invoices.length + 1);
		if (times === 0 || subscription.status === 'past_due') {
			invoice.status = 'open';
			invoice.finalizedAt = created;
			addCharge(invoice, created, true);
			invoice.attempts = Math.max(1, Math.min(MAX_ATTEMPTS, 1 + Math.floor((now - created) / RETRY_SECONDS)));
		}
		invoices.push(invoice);
	}
	return invoices;
}

/** Invoices as a world gives them. */
export function givenInvoices(
	subscription: SubscriptionRecord,
	given: readonly { readonly created: number; readonly status: InvoiceRecord['status'] }[]
): InvoiceRecord[] {
	return given.map(({ created, status }, index) => {
		const invoice: InvoiceRecord = {
			...newInvoice(subscription, created),
			id: `in_${subscription.id}_w${index + 1}`,
			status,
			finalizedAt: created,
			paidAt: status === 'paid' ? created : null,
			voidedAt: status === 'void' ? created : null
		};
		addCharge(invoice, created, status !== 'paid');
		return invoice;
	});
}

export function invoicesOf(subscription: SubscriptionRecord): InvoiceRecord[] {
	return [firstInvoice(subscription), ...subscription.invoices];
}

/** A customer's invoices in the order of their numbers. Drafts have none. */
export function numberedInvoices(customer: CustomerRecord): InvoiceRecord[] {
	const invoices = (customer.subscriptions?.all() ?? []).flatMap(invoicesOf).filter(({ status }) => status !== 'draft');
	return invoices.length < 2 ? invoices : invoices.sort((a, b) => a.created - b.created || (a.id < b.id ? -1 : 1));
}

export function latestInvoice(subscription: SubscriptionRecord): InvoiceRecord {
	return subscription.invoices.at(-1) ?? firstInvoice(subscription);
}

/** Epoch seconds of the first failed payment; null if nothing is unpaid. */
export function failedAt(subscription: SubscriptionRecord): number | null {
	return subscription.invoices.find((invoice) => invoice.status === 'open')?.created ?? null;
}
