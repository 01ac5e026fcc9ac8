import { addMonths } from './periods.js';
import { type CustomerRecord, type InvoiceRecord, isOverdue, type SubscriptionRecord } from './records.js';

/** The invoices of a subscription. The first one is derived from the record; those of a payment failure are stored. */

/** Monthly invoices created for one payment failure, at most. */
const MAX_MONTHS = 12;

export function firstInvoice(subscription: SubscriptionRecord): InvoiceRecord {
	const { id, created, status } = subscription;
	const common = { id: `in_${id}`, created, subscription, first: true };
	if (status === 'incomplete') return { ...common, status: 'open', paidAt: null, voidedAt: null };
	if (status === 'incomplete_expired') return { ...common, status: 'void', paidAt: null, voidedAt: subscription.endedAt };
	return { ...common, status: 'paid', paidAt: created, voidedAt: null };
}

/**
 * The invoices of a payment failure: the one that failed, and one for every month since. So the latest invoice is newer than the one that
 * failed, as in Stripe, which keeps collecting for `past_due` and leaves drafts for `unpaid`.
 */
export function laterInvoices(subscription: SubscriptionRecord, failedAt: number, now: number): InvoiceRecord[] {
	const invoices: InvoiceRecord[] = [];
	for (let month = 0; month < MAX_MONTHS; month++) {
		const created = addMonths(failedAt, month);
		if (month > 0 && (created > now || !isOverdue(subscription.status))) break;
		invoices.push({
			id: `in_${subscription.id}_m${subscription.invoices.length + invoices.length + 1}`,
			created,
			subscription,
			status: month === 0 || subscription.status === 'past_due' ? 'open' : 'draft',
			paidAt: null,
			voidedAt: null,
			first: false
		});
	}
	return invoices;
}

/** Invoices as a world gives them. */
export function givenInvoices(
	subscription: SubscriptionRecord,
	given: readonly { readonly created: number; readonly status: InvoiceRecord['status'] }[]
): InvoiceRecord[] {
	return given.map(({ created, status }, index) => ({
		id: `in_${subscription.id}_w${index + 1}`,
		created,
		subscription,
		status,
		paidAt: status === 'paid' ? created : null,
		voidedAt: status === 'void' ? created : null,
		first: false
	}));
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
