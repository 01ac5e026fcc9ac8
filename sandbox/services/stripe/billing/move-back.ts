import { periodOf } from '../objects/subscription.js';
import type { SubscriptionRecord } from '../records/records.js';
import type { Key, SortedIndex } from '../records/sorted-index.js';
import type { StripeStore } from '../state/store.js';

/**
 * Moves every date of a subscription into the past, as if it had begun earlier. A bot whose clock is not Stripe's sees the same as if time had
 * passed.
 * @param now - of the subscription, in epoch seconds
 */
export function moveBack(store: StripeStore, record: SubscriptionRecord, seconds: number, now: number): void {
	const { customer } = record;
	// Months have different lengths: counted from an earlier day, the period would end at another time.
	const { end } = periodOf(record, store.catalog, now);
	store.changeSubscription(record, () => {
		record.created -= seconds;
		record.anchor = end - seconds;
		if (record.trialEnd !== null) record.trialEnd -= seconds;
		if (record.cancelAt !== null) record.cancelAt -= seconds;
		if (record.pause?.resumes_at != null) record.pause = { ...record.pause, resumes_at: record.pause.resumes_at - seconds };
	});
	for (const invoice of record.invoices) {
		moveKey(store.invoices, invoice, seconds);
		if (invoice.finalizedAt !== null) invoice.finalizedAt -= seconds;
		if (invoice.paidAt !== null) invoice.paidAt -= seconds;
		if (invoice.voidedAt !== null) invoice.voidedAt -= seconds;
		for (const charge of invoice.charges) moveKey(store.payments.charges, charge, seconds);
	}
	const isOf = ({ charge }: { readonly charge: { readonly invoice: { readonly subscription: SubscriptionRecord } } }) =>
		charge.invoice.subscription === record;
	for (const refund of store.payments.refunds.all().filter(isOf)) moveKey(store.payments.refunds, refund, seconds);
	for (const dispute of store.payments.disputes.all().filter(isOf)) moveKey(store.payments.disputes, dispute, seconds);
	if (record.created < customer.created)
		store.changeCustomer(customer, () => {
			customer.created = record.created;
		});
}

function moveKey<T extends Key & { created: number }>(index: SortedIndex<T>, item: T, seconds: number): void {
	index.remove(item);
	item.created -= seconds;
	index.insert(item);
}
