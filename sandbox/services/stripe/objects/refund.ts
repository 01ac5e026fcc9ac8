import type Stripe from 'stripe';
import type { RefundRecord } from '../records/records.js';
import type { ObjectContext } from './subscription.js';

export function refundObject({ id, created, charge, amount, reason }: RefundRecord, { catalog }: ObjectContext): Stripe.Refund {
	return {
		id,
		object: 'refund',
		amount,
		balance_transaction: null,
		charge: charge.id,
		created,
		currency: catalog.currencyOf(charge.invoice.items),
		customer: charge.invoice.subscription.customer.id,
		customer_account: null,
		destination_details: {
			card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
			type: 'card'
		},
		metadata: {},
		payment_intent: null,
		payment_method: null,
		reason,
		receipt_number: null,
		source_transfer_reversal: null,
		status: 'succeeded',
		transfer_reversal: null
	};
}
