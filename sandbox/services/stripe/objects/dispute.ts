import type Stripe from 'stripe';
import type { DisputeRecord } from '../records/records.js';
import type { ObjectContext } from './subscription.js';

/** The time that Stripe gives to respond. */
const RESPONSE_SECONDS = 7 * 86_400;

export function disputeObject({ id, created, charge, amount, reason, status }: DisputeRecord, context: ObjectContext): Stripe.Dispute {
	const { customer } = charge.invoice.subscription;
	return {
		id,
		object: 'dispute',
		amount,
		balance_transactions: [],
		charge: charge.id,
		created,
		currency: context.catalog.currencyOf(charge.invoice.items),
		enhanced_eligibility_types: [],
		evidence: { ...NO_EVIDENCE, customer_email_address: customer.email, customer_name: customer.name, enhanced_evidence: {} },
		evidence_details: {
			due_by: created + RESPONSE_SECONDS,
			enhanced_eligibility: {},
			has_evidence: false,
			past_due: false,
			submission_count: 0,
			submission_method: 'not_submitted'
		},
		intended_submission_method: null,
		is_charge_refundable: false,
		livemode: context.livemode,
		metadata: {},
		network_reason_code: null,
		payment_intent: null,
		reason,
		status
	};
}

const NO_EVIDENCE = {
	access_activity_log: null,
	billing_address: null,
	cancellation_policy: null,
	cancellation_policy_disclosure: null,
	cancellation_rebuttal: null,
	customer_communication: null,
	customer_email_address: null,
	customer_name: null,
	customer_purchase_ip: null,
	customer_signature: null,
	duplicate_charge_documentation: null,
	duplicate_charge_explanation: null,
	duplicate_charge_id: null,
	product_description: null,
	receipt: null,
	refund_policy: null,
	refund_policy_disclosure: null,
	refund_refusal_explanation: null,
	service_date: null,
	service_documentation: null,
	shipping_address: null,
	shipping_carrier: null,
	shipping_date: null,
	shipping_documentation: null,
	shipping_tracking_number: null,
	uncategorized_file: null,
	uncategorized_text: null
};
