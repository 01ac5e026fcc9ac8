import type Stripe from 'stripe';
import type { ChargeRecord } from '../records/records.js';
import { invoiceTotal } from './invoice.js';
import type { ObjectContext } from './subscription.js';

const DECLINED = 'Your card was declined.';

/** The charge of an invoice. The sandbox has no payment intents: an invoice's payment names its charge. */
export function chargeObject(record: ChargeRecord, { catalog, payments, livemode }: ObjectContext): Stripe.Charge {
	const { id, created, invoice, failed } = record;
	const { customer } = invoice.subscription;
	const amount = invoiceTotal(invoice, catalog);
	const refunded = payments.refunded(record);
	return {
		id,
		object: 'charge',
		amount,
		amount_captured: failed ? 0 : amount,
		amount_refunded: refunded,
		application: null,
		application_fee: null,
		application_fee_amount: null,
		balance_transaction: null,
		billing_details: { address: null, email: customer.email, name: customer.name, phone: null, tax_id: null },
		calculated_statement_descriptor: 'SANDBOX',
		captured: !failed,
		created,
		currency: catalog.currencyOf(invoice.items),
		customer: customer.id,
		description: invoice.first ? 'Subscription creation' : 'Subscription update',
		disputed: payments.disputeOf(record) !== undefined,
		failure_balance_transaction: null,
		failure_code: failed ? 'card_declined' : null,
		failure_message: failed ? DECLINED : null,
		fraud_details: {},
		livemode,
		metadata: {},
		on_behalf_of: null,
		outcome: {
			advice_code: failed ? 'try_again_later' : null,
			network_advice_code: null,
			network_decline_code: failed ? '05' : null,
			network_status: failed ? 'declined_by_network' : 'approved_by_network',
			reason: failed ? 'generic_decline' : null,
			risk_level: 'normal',
			seller_message: failed ? 'The bank did not return any further details with this decline.' : 'Payment complete.',
			type: failed ? 'issuer_declined' : 'authorized'
		},
		paid: !failed,
		payment_intent: null,
		payment_method: null,
		payment_method_details: null,
		receipt_email: null,
		receipt_number: null,
		receipt_url: null,
		refunded: !failed && amount > 0 && refunded >= amount,
		review: null,
		shipping: null,
		source: null,
		source_transfer: null,
		statement_descriptor: null,
		statement_descriptor_suffix: null,
		status: failed ? 'failed' : 'succeeded',
		transfer_data: null,
		transfer_group: null
	};
}
