import type { InvoiceRecord } from '../records/records.js';
import type { StripeState } from '../state/state.js';
import { emitCharge, emitInvoice } from './emit.js';

/** The events of an invoice that exists with all that has happened to it, since a subscription was given a status. */
export function announceInvoice(state: StripeState, invoice: InvoiceRecord): void {
	emitInvoice(state, 'invoice.created', invoice);
	if (invoice.status === 'draft') return;
	emitInvoice(state, 'invoice.finalized', invoice);
	announcePayment(state, invoice);
	if (invoice.status === 'void') emitInvoice(state, 'invoice.voided', invoice);
}

/** The events of an invoice's last charge. */
export function announcePayment(state: StripeState, invoice: InvoiceRecord): void {
	const charge = invoice.charges.at(-1);
	if (charge) emitCharge(state, charge.failed ? 'charge.failed' : 'charge.succeeded', charge);
	if (charge?.failed) {
		emitInvoice(state, 'invoice.payment_failed', invoice);
		return;
	}
	emitInvoice(state, 'invoice.paid', invoice);
	emitInvoice(state, 'invoice.payment_succeeded', invoice);
}
