import type Stripe from 'stripe';
import type { Catalog } from '../records/catalog.js';
import { latestInvoice } from '../records/invoicing.js';
import { type Period, periodAt } from '../records/periods.js';
import type { SubscriptionRecord } from '../records/records.js';
import { discountIds } from './discount.js';
import { planObject, priceObject } from './price.js';

/** What objects are built from besides their records. */
export interface ObjectContext {
	readonly catalog: Catalog;
	readonly livemode: boolean;
	/** Epoch seconds. */
	readonly now: number;
}

/** Stripe embeds the first items in the subscription; the others take a request to `/v1/subscription_items`. */
const MAX_EMBEDDED_ITEMS = 10;

export function subscriptionObject(record: SubscriptionRecord, context: ObjectContext): Stripe.Subscription {
	const { id, created, status, endedAt } = record;
	const period = currentPeriod(record, context.now);
	return {
		id,
		object: 'subscription',
		application: null,
		application_fee_percent: null,
		automatic_tax: { disabled_reason: null, enabled: false, liability: null },
		billing_cycle_anchor: created,
		billing_cycle_anchor_config: null,
		billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
		billing_schedules: [],
		billing_thresholds: null,
		cancel_at: record.cancelAtPeriodEnd && endedAt === null ? period.end : null,
		cancel_at_period_end: record.cancelAtPeriodEnd && endedAt === null,
		canceled_at: endedAt ?? (record.cancelAtPeriodEnd ? period.start : null),
		cancellation_details: {
			comment: null,
			feedback: null,
			feedback_option: null,
			reason: record.cancelAtPeriodEnd || status === 'canceled' ? 'cancellation_requested' : null
		},
		collection_method: 'charge_automatically',
		created,
		currency: context.catalog.currencyOf(record.items),
		customer: record.customer.id,
		customer_account: null,
		days_until_due: null,
		default_payment_method: null,
		default_source: null,
		default_tax_rates: [],
		description: null,
		discounts: discountIds(id, record.discounts),
		ended_at: endedAt,
		invoice_settings: { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: 'self' } },
		items: {
			object: 'list',
			data: itemObjects(record, context).slice(0, MAX_EMBEDDED_ITEMS),
			has_more: record.items.length > MAX_EMBEDDED_ITEMS,
			url: `/v1/subscription_items?subscription=${id}`
		},
		latest_invoice: latestInvoice(record).id,
		livemode: context.livemode,
		managed_payments: { enabled: false },
		metadata: record.metadata,
		next_pending_invoice_item_invoice: null,
		on_behalf_of: null,
		pause_collection: record.pause && { behavior: record.pause.behavior, resumes_at: record.pause.resumes_at },
		payment_settings: { payment_method_options: null, payment_method_types: null, save_default_payment_method: 'off' },
		pending_invoice_item_interval: null,
		pending_setup_intent: null,
		pending_update: null,
		schedule: null,
		start_date: created,
		status,
		test_clock: null,
		transfer_data: null,
		trial_end: status === 'trialing' ? period.end : null,
		trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
		trial_start: status === 'trialing' ? created : null
	};
}

export function itemObjects(record: SubscriptionRecord, context: ObjectContext): Stripe.SubscriptionItem[] {
	const period = currentPeriod(record, context.now);
	return record.items.map((item, index) => {
		const price = context.catalog.ensurePrice(item.price);
		return {
			id: `si_${record.id}_${index + 1}`,
			object: 'subscription_item',
			billing_thresholds: null,
			created: record.created,
			current_period_end: period.end,
			current_period_start: period.start,
			current_trial: null,
			discounts: discountIds(`si_${record.id}_${index + 1}`, item.discounts),
			metadata: {},
			plan: planObject(price, context.livemode),
			price: priceObject(price, context.livemode),
			...(price.usage === 'licensed' && { quantity: item.quantity }),
			subscription: record.id,
			tax_rates: []
		};
	});
}

export function currentPeriod(record: SubscriptionRecord, now: number): Period {
	return periodAt(record.created, record.endedAt === null ? now : record.endedAt - 1);
}
