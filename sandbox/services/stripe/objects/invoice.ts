import Stripe from 'stripe';
import type { Catalog } from '../records/catalog.js';
import { MAX_ATTEMPTS, numberedInvoices, RETRY_SECONDS } from '../records/invoicing.js';
import { addIntervals } from '../records/periods.js';
import type { InvoiceRecord, ItemRecord } from '../records/records.js';
import { invoicePrefix } from './customer.js';
import type { ObjectContext } from './subscription.js';

/** Stripe finalizes a draft an hour after creating it. */
export const DRAFT_SECONDS = 3600;

export function invoiceObject(record: InvoiceRecord, context: ObjectContext): Stripe.Invoice {
	const { id, created, status, subscription, attempts, finalizedAt } = record;
	const lines = lineObjects(record, context);
	const total = invoiceTotal(record, context.catalog);
	const retries = status === 'open' && subscription.status === 'past_due';
	const finalized = finalizedAt !== null;
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
		auto_advance: retries || (!finalized && record.autoAdvance),
		automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
		automatically_finalizes_at: finalized || !record.autoAdvance ? null : created + DRAFT_SECONDS,
		billing_reason: record.first ? 'subscription_create' : 'subscription_cycle',
		collection_method: 'charge_automatically',
		created,
		currency: context.catalog.currencyOf(record.items),
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
		effective_at: finalizedAt,
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
		next_payment_attempt: retries && attempts < MAX_ATTEMPTS ? (finalizedAt ?? created) + attempts * RETRY_SECONDS : null,
		number: number === null ? null : `${invoicePrefix(subscription.customer.id)}-${String(number).padStart(4, '0')}`,
		on_behalf_of: null,
		parent: {
			quote_details: null,
			subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
			type: 'subscription_details'
		},
		payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
		period_end: created,
		period_start: record.first ? created : addIntervals(created, context.catalog.intervalOf(record.items), -1),
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
			finalized_at: finalizedAt,
			marked_uncollectible_at: null,
			paid_at: record.paidAt,
			voided_at: record.voidedAt
		},
		subtotal: total,
		subtotal_excluding_tax: total,
		test_clock: subscription.customer.clock?.id ?? null,
		total,
		total_discount_amounts: [],
		total_excluding_tax: total,
		total_pretax_credit_amounts: [],
		total_taxes: [],
		webhooks_delivered_at: created
	};
}

/** What the invoice is for, in the currency's smallest unit. Discounts are not deducted, and a tiered price costs nothing. */
export function invoiceTotal(invoice: InvoiceRecord, catalog: Catalog): number {
	return invoice.items.reduce((sum, item) => sum + itemAmount(invoice, item, catalog), 0);
}

/** The first invoice of a trial is for nothing. */
function itemAmount({ first, subscription }: InvoiceRecord, { price, quantity }: ItemRecord, catalog: Catalog): number {
	return first && subscription.trialEnd !== null ? 0 : Math.round((catalog.ensurePrice(price).amount ?? 0) * quantity);
}

function lineObjects(record: InvoiceRecord, { catalog, livemode }: ObjectContext): Stripe.InvoiceLineItem[] {
	const { id, created, subscription, items } = record;
	const end = addIntervals(created, catalog.intervalOf(items), 1);
	return items.map((item, index) => {
		const price = catalog.ensurePrice(item.price);
		const unitAmount = price.amount ?? 0;
		const amount = itemAmount(record, item, catalog);
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
			period: { start: created, end: record.first ? (subscription.trialEnd ?? end) : end },
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
