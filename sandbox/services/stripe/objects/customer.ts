import type Stripe from 'stripe';
import { numberedInvoices } from '../records/invoicing.js';
import { type CustomerRecord, isOverdue } from '../records/records.js';
import { customerDiscount } from './discount.js';
import type { ObjectContext } from './subscription.js';

/** A deleted customer is returned as a stub. */
export function customerOrDeleted(record: CustomerRecord, context: ObjectContext): Stripe.Customer | Stripe.DeletedCustomer {
	return record.deleted ? { id: record.id, object: 'customer', deleted: true } : customerObject(record, context);
}

export function customerObject(record: CustomerRecord, { catalog, livemode }: ObjectContext): Stripe.Customer {
	const { id, created, email, name, metadata } = record;
	const [subscription] = record.subscriptions?.all() ?? [];
	return {
		id,
		object: 'customer',
		address: null,
		balance: 0,
		created,
		currency: subscription ? catalog.currencyOf(subscription.items) : null,
		customer_account: null,
		default_source: null,
		delinquent: record.subscriptions?.all().some((subscription) => isOverdue(subscription.status)) ?? false,
		description: null,
		discount: customerDiscount(record),
		email,
		invoice_prefix: invoicePrefix(id),
		invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
		livemode,
		metadata,
		name,
		next_invoice_sequence: numberedInvoices(record).length + 1,
		phone: null,
		preferred_locales: [],
		shipping: null,
		tax_exempt: 'none',
		test_clock: record.clock?.id ?? null
	};
}

export function invoicePrefix(customer: string): string {
	return customer
		.replace(/[^A-Za-z0-9]/g, '')
		.slice(-8)
		.toUpperCase()
		.padStart(8, '0');
}
