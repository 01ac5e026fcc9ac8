import type Stripe from 'stripe';
import type { ChargeRecord } from '../records/records.js';
import { invoiceTotal } from './invoice.js';
import type { ObjectContext } from './subscription.js';

/** Says which charge paid an invoice. */

const PREFIX = 'inpay_';

/** ID of the charge in the ID of an invoice payment. */
export const chargeIdOf = (id: string) => id.replace(PREFIX, '');

/** @param record - a charge that succeeded */
export function invoicePaymentObject(record: ChargeRecord, { catalog, livemode }: ObjectContext): Stripe.InvoicePayment {
	const { id, created, invoice } = record;
	const amount = invoiceTotal(invoice, catalog);
	return {
		id: `${PREFIX}${id}`,
		object: 'invoice_payment',
		amount_paid: amount,
		amount_requested: amount,
		created,
		currency: catalog.currencyOf(invoice.items),
		invoice: invoice.id,
		is_default: true,
		livemode,
		payment: { charge: id, type: 'charge' },
		status: 'paid',
		status_transitions: { canceled_at: null, paid_at: created }
	};
}
