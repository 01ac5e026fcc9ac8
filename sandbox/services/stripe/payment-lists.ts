import { noSuch } from './errors.js';
import { base, findReferenced, type Source } from './lists.js';
import { chargeIdOf } from './objects/invoice-payment.js';
import type { Parameters } from './parameters.js';
import { firstCharge } from './records/invoicing.js';
import { chargesOf } from './records/payments.js';
import type { ChargeRecord, DisputeRecord, RefundRecord } from './records/records.js';
import { SortedIndex, view } from './records/sorted-index.js';
import type { StripeStore } from './state/store.js';

/** The sources of the lists of payments, refunds and disputes. */

export function chargeSource(store: StripeStore, parameters: Parameters): Source<ChargeRecord> {
	const customer = findReferenced(parameters, 'customer', 'customer', (id) => store.customer(id));
	refusePaymentIntent(parameters);
	return {
		...base('charge', parameters, (id) => store.payments.charge(id)),
		sources: customer
			? [SortedIndex.sorted((customer.subscriptions?.all() ?? []).flatMap(chargesOf))]
			: [view(store.subscriptions('all'), firstCharge), store.payments.charges],
		// The first invoice of a trial has no charge.
		keep: ({ id, invoice }) => invoice.charges.some((charge) => charge.id === id)
	};
}

/** The payments of invoices: their charges that succeeded. */
export function invoicePaymentSource(store: StripeStore, parameters: Parameters): Source<ChargeRecord> {
	const status = parameters.oneOf('status', ['canceled', 'open', 'paid']);
	const invoice = findReferenced(parameters, 'invoice', 'invoice', (id) => store.invoice(id));
	return {
		...base('invoice_payment', parameters, (id) => store.payments.succeeded(chargeIdOf(id))),
		sources: invoice ? [SortedIndex.sorted(invoice.charges)] : [view(store.subscriptions('all'), firstCharge), store.payments.charges],
		keep: ({ id, invoice, failed }) => !failed && (status ?? 'paid') === 'paid' && invoice.charges.some((charge) => charge.id === id)
	};
}

export function refundSource(store: StripeStore, parameters: Parameters): Source<RefundRecord> {
	const charge = findReferenced(parameters, 'charge', 'charge', (id) => store.payments.charge(id));
	refusePaymentIntent(parameters);
	return {
		...base('refund', parameters, (id) => store.payments.refund(id)),
		sources: [store.payments.refunds],
		keep: (record) => charge === undefined || record.charge.id === charge.id
	};
}

export function disputeSource(store: StripeStore, parameters: Parameters): Source<DisputeRecord> {
	const charge = findReferenced(parameters, 'charge', 'charge', (id) => store.payments.charge(id));
	refusePaymentIntent(parameters);
	return {
		...base('dispute', parameters, (id) => store.payments.dispute(id)),
		sources: [store.payments.disputes],
		keep: (record) => charge === undefined || record.charge.id === charge.id
	};
}

/** The sandbox has no payment intents. */
function refusePaymentIntent(parameters: Parameters): void {
	const id = parameters.text('payment_intent');
	if (id !== undefined) throw noSuch('payment_intent', id, 'payment_intent');
}
