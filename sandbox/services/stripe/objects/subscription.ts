import type Stripe from 'stripe';
import type { Catalog } from '../records/catalog.js';
import { latestInvoice } from '../records/invoicing.js';
import type { Payments } from '../records/payments.js';
import { type Period, periodAt } from '../records/periods.js';
import type { CustomerRecord, SubscriptionRecord } from '../records/records.js';
import { discountIds } from './discount.js';
import { planObject, priceObject } from './price.js';

/** What objects are built from besides their records. */
export interface ObjectContext {
	readonly catalog: Catalog;
	readonly payments: Payments;
	readonly livemode: boolean;
	/** Epoch seconds. A customer with a test clock has the clock's time instead: {@link nowOf}. */
	readonly now: number;
}

export const nowOf = (customer: CustomerRecord, context: ObjectContext) => customer.clock?.frozenTime ?? context.now;

/** Stripe embeds the first items in the subscription; the others take a request to `/v1/subscription_items`. */
const MAX_EMBEDDED_ITEMS = 10;

export function subscriptionObject(record: SubscriptionRecord, context: ObjectContext): Stripe.Subscription {
	const { id, created, status, endedAt } = record;
	const period = currentPeriod(record, context);
	const cancels = endedAt === null ? cancelAt(record, context) : null;
	return {
		id,
		object: 'subscription',
		application: null,
		application_fee_percent: null,
		automatic_tax: { disabled_reason: null, enabled: false, liability: null },
		billing_cycle_anchor: record.anchor,
		billing_cycle_anchor_config: null,
		billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible' },
		billing_schedules: [],
		billing_thresholds: null,
		cancel_at: cancels,
		cancel_at_period_end: record.cancelAtPeriodEnd && endedAt === null,
		canceled_at: endedAt ?? (cancels === null ? null : period.start),
		cancellation_details: {
			comment: null,
			feedback: null,
			feedback_option: null,
			reason: cancels !== null || status === 'canceled' ? 'cancellation_requested' : null
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
		test_clock: record.customer.clock?.id ?? null,
		transfer_data: null,
		trial_end: record.trialEnd,
		trial_settings: { end_behavior: { billing_cycle_anchor: null, missing_payment_method: 'create_invoice' } },
		trial_start: record.trialEnd === null ? null : created
	};
}

export function itemObjects(record: SubscriptionRecord, context: ObjectContext): Stripe.SubscriptionItem[] {
	const period = currentPeriod(record, context);
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

export function currentPeriod(record: SubscriptionRecord, context: ObjectContext): Period {
	return periodOf(record, context.catalog, record.endedAt === null ? nowOf(record.customer, context) : record.endedAt - 1);
}

/** The period at a time: the trial, while it lasts. */
export function periodOf({ status, created, trialEnd, anchor, items }: SubscriptionRecord, catalog: Catalog, at: number): Period {
	if (trialEnd !== null && (status === 'trialing' || at < trialEnd)) return { start: created, end: trialEnd };
	return periodAt(anchor, at, catalog.intervalOf(items));
}

/** When the subscription is to end; null if never. */
function cancelAt(record: SubscriptionRecord, context: ObjectContext): number | null {
	return record.cancelAtPeriodEnd ? currentPeriod(record, context).end : record.cancelAt;
}
