import Stripe from 'stripe';
import { numberedInvoices } from '../records/invoicing.js';
import { addMonths } from '../records/periods.js';
import { type InvoiceRecord, isOverdue } from '../records/records.js';
import { invoicePrefix } from './customer.js';
import type { ObjectContext } from './subscription.js';

/** Stripe retries a failed charge at this interval, unless the subscription is `unpaid`. */
const RETRY_DAYS = 3;
const DAY = 86_400;
/** Stripe finalizes a draft an hour after creating it. */
const DRAFT_SECONDS = 3600;

export function invoiceObject(record: InvoiceRecord, context: ObjectContext): Stripe.Invoice {
	const { id, created, status, subscription } = record;
	const lines = lineObjects(record, context);
	const total = lines.reduce((sum, line) => sum + line.amount, 0);
	const failed = status === 'open';
	const retries = failed && subscription.status === 'past_due';
	const attempts = failed
		? Math.max(1, Math.min(4, 1 + Math.floor((context.now - created) / (RETRY_DAYS * DAY))))
		: status === 'paid'
			? 1
			: 0;
	const finalized = status !== 'draft';
	const number = finalized ? numberedInvoices(subscription.customer).findIndex((each) => each.id === id) + 1 : null;
	const page = `https://invoice.stripe.com/i/acct_sandbox/${id}`;
	return {
		id,
		object: 'invoice',
		account_country: 'US',
		account_name: 'Sandbox',
		account_tax_ids: null,
		amount_due: total,
		amount_overpaid: 0,
		amount_paid: status === 'paid' ? total : 0,
		amount_remaining: status === 'paid' ? 0 : total,
		amount_shipping: 0,
		application: null,
		attempt_count: attempts,
		attempted: attempts > 0,
		auto_advance: retries,
		automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
		automatically_finalizes_at: finalized || isOverdue(subscription.status) ? null : created + DRAFT_SECONDS,
		billing_reason: record.first ? 'subscription_create' : 'subscription_cycle',
		collection_method: 'charge_automatically',
		created,
		currency: context.catalog.currencyOf(subscription.items),
		custom_fields: null,
		customer: subscription.customer.id,
		customer_account: null,
		customer_address: null,
		customer_email: subscription.customer.email,
		customer_name: subscription.customer.name,
		customer_phone: null,
		customer_shipping: null,
		customer_tax_exempt: 'none',
		customer_tax_ids: [],
		default_payment_method: null,
		default_source: null,
		default_tax_rates: [],
		description: null,
		discounts: [],
		due_date: null,
		effective_at: finalized ? created : null,
		ending_balance: finalized ? 0 : null,
		footer: null,
		from_invoice: null,
		hosted_invoice_url: finalized ? page : null,
		invoice_pdf: finalized ? `${page}/pdf` : null,
		issuer: { type: 'self' },
		last_finalization_error: null,
		latest_revision: null,
		lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
		livemode: context.livemode,
		metadata: {},
		next_payment_attempt: retries && attempts < 4 ? created + attempts * RETRY_DAYS * DAY : null,
		number: number === null ? null : `${invoicePrefix(subscription.customer.id)}-${String(number).padStart(4, '0')}`,
		on_behalf_of: null,
		parent: {
			quote_details: null,
			subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
			type: 'subscription_details'
		},
		payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
		period_end: created,
		period_start: record.first ? created : addMonths(created, -1),
		post_payment_credit_notes_amount: 0,
		pre_payment_credit_notes_amount: 0,
		receipt_number: null,
		rendering: null,
		shipping_cost: null,
		shipping_details: null,
		starting_balance: 0,
		statement_descriptor: null,
		status,
		status_transitions: {
			finalized_at: finalized ? created : null,
			marked_uncollectible_at: null,
			paid_at: record.paidAt,
			voided_at: record.voidedAt
		},
		subtotal: total,
		subtotal_excluding_tax: total,
		test_clock: null,
		total,
		total_discount_amounts: [],
		total_excluding_tax: total,
		total_pretax_credit_amounts: [],
		total_taxes: [],
		webhooks_delivered_at: created
	};
}

function lineObjects({ id, created, subscription }: InvoiceRecord, { catalog, livemode }: ObjectContext): Stripe.InvoiceLineItem[] {
	return subscription.items.map((item, index) => {
		const price = catalog.ensurePrice(item.price);
		// A tiered price costs nothing here.
		const unitAmount = price.amount ?? 0;
		const amount = Math.round(unitAmount * item.quantity);
		return {
			id: `il_${id}_${index + 1}`,
			object: 'line_item',
			amount,
			currency: price.currency,
			description: `${item.quantity} × ${price.product.name} (at ${(unitAmount / 100).toFixed(2)} ${price.currency} / ${price.interval})`,
			discount_amounts: [],
			discountable: true,
			discounts: [],
			invoice: id,
			livemode,
			metadata: subscription.metadata,
			parent: {
				invoice_item_details: null,
				subscription_item_details: {
					invoice_item: null,
					proration: false,
					proration_details: null,
					subscription: subscription.id,
					subscription_item: `si_${subscription.id}_${index + 1}`
				},
				type: 'subscription_item_details'
			},
			period: { start: created, end: addMonths(created, 1) },
			pretax_credit_amounts: [],
			pricing: {
				price_details: { price: price.id, product: price.product.id },
				type: 'price_details',
				unit_amount_decimal: Stripe.Decimal.from(String(unitAmount))
			},
			quantity: item.quantity,
			quantity_decimal: Stripe.Decimal.from(item.quantity),
			subscription: subscription.id,
			subtotal: amount,
			taxes: []
		};
	});
}
