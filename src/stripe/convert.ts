import type Stripe from 'stripe';
import type { Customer, Subscription, SubscriptionItem } from '../reconciliation/domain/billing.js';
import { isTime, metadataValue } from './inspect.js';
import { monthlyPrice, type PricedSubscription } from './monthly-price.js';

/** Converts Stripe's objects to those of the core. Pure. */

/** ID of a reference that Stripe gives as an ID or, expanded, as the object. */
export function idOf(reference: string | { readonly id: string }): string {
	return typeof reference === 'string' ? reference : reference.id;
}

/** @param discordIdKey - the metadata key that holds a Discord ID */
export function toCustomer(customer: Stripe.Customer | Stripe.DeletedCustomer, discordIdKey: string): Customer {
	if (customer.deleted) return { id: customer.id, email: null, name: null, metadataDiscordId: null };
	return {
		id: customer.id,
		email: typeof customer.email === 'string' ? customer.email : null,
		name: typeof customer.name === 'string' ? customer.name : null,
		metadataDiscordId: metadataValue(customer, discordIdKey)
	};
}

/**
 * Leaves the dates of a debt null: only the invoices know them.
 * @param nowSeconds - epoch seconds, for discounts that end
 */
export function toSubscription(
	source: PricedSubscription & {
		readonly subscription: Stripe.Subscription;
		readonly customerId: string;
		readonly isLinkLost: boolean;
	},
	discordIdKey: string,
	nowSeconds: number
): Subscription {
	const { subscription, customerId, items, problems, isLinkLost } = source;
	return {
		id: subscription.id,
		customerId,
		status: subscription.status,
		items: purchasedItems(items),
		createdAt: toDate(subscription.created),
		endedAt: toValidDate(subscription.ended_at),
		unpaidSince: null,
		lastPaidAt: null,
		metadataDiscordId: metadataValue(subscription, discordIdKey),
		unreadable: problems.length === 0 ? null : problems.join(' and '),
		isLinkLost,
		cancelAtPeriodEnd: subscription.cancel_at_period_end === true,
		cancelAt: toValidDate(subscription.cancel_at),
		collectionPaused: subscription.pause_collection !== null && subscription.pause_collection !== undefined,
		monthlyPrice: monthlyPrice(source, nowSeconds)
	};
}

/** The items that buy something. */
export function purchasedItems(items: readonly Stripe.SubscriptionItem[]): SubscriptionItem[] {
	return items.filter(isPurchased).map(({ price }) => ({ price: price.id, product: idOf(price.product) }));
}

/** Whether an item buys something: not with a quantity of 0. A metered price has no quantity, and counts. */
export function isPurchased({ quantity }: Stripe.SubscriptionItem): boolean {
	return (quantity ?? 1) > 0;
}

/**
 * When an open invoice fell due: on its due date if it was sent, else when it was finalized and the card charged. Null for an invalid date.
 */
export function dueAt(invoice: Stripe.Invoice): Date | null {
	const dueDate = invoice.collection_method === 'send_invoice' ? invoice.due_date : null;
	return toValidDate(dueDate ?? invoice.status_transitions?.finalized_at ?? invoice.created);
}

/** When a paid invoice was paid. Null for an invalid date. */
export function paidAt(invoice: Stripe.Invoice): Date | null {
	return toValidDate(invoice.status_transitions?.paid_at ?? invoice.created);
}

function toValidDate(epochSeconds: unknown): Date | null {
	return isTime(epochSeconds) ? toDate(epochSeconds) : null;
}

function toDate(epochSeconds: number): Date {
	return new Date(epochSeconds * 1000);
}
