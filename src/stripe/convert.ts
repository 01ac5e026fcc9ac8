import type Stripe from 'stripe';
import type { Customer, Subscription } from '../reconciliation/domain/billing.js';

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
		email: customer.email,
		name: customer.name ?? null,
		metadataDiscordId: customer.metadata[discordIdKey] ?? null
	};
}

/**
 * Leaves `unpaidSince` null: only the invoices know it.
 * @param items - all items; the subscription itself may contain only the first few
 */
export function toSubscription(
	subscription: Stripe.Subscription,
	items: readonly Stripe.SubscriptionItem[],
	discordIdKey: string
): Subscription {
	return {
		id: subscription.id,
		customerId: idOf(subscription.customer),
		status: subscription.status,
		prices: pricesOf(items),
		shownPrices: shownPricesOf(items),
		createdAt: toDate(subscription.created),
		unpaidSince: null,
		metadataDiscordId: subscription.metadata[discordIdKey] ?? null,
		cancelAtPeriodEnd: subscription.cancel_at_period_end,
		collectionPaused: subscription.pause_collection !== null && subscription.pause_collection !== undefined
	};
}

/** Price and product IDs of the items with a quantity above 0. A metered price has no quantity, and counts. */
export function pricesOf(items: readonly Stripe.SubscriptionItem[]): string[] {
	return [...new Set(items.filter(hasQuantity).flatMap((item) => [item.price.id, idOf(item.price.product)]))];
}

/** Price IDs alone: beside its price, a product ID adds nothing for an operator. */
function shownPricesOf(items: readonly Stripe.SubscriptionItem[]): string[] {
	return [...new Set(items.filter(hasQuantity).map(({ price }) => price.id))];
}

function hasQuantity({ quantity }: Stripe.SubscriptionItem): boolean {
	return (quantity ?? 1) > 0;
}

/** When an open invoice fell due: on its due date if it was sent, else when it was finalized and the card charged. */
export function dueAt(invoice: Stripe.Invoice): Date {
	const dueDate = invoice.collection_method === 'send_invoice' ? invoice.due_date : null;
	return toDate(dueDate ?? invoice.status_transitions.finalized_at ?? invoice.created);
}

function toDate(epochSeconds: number): Date {
	return new Date(epochSeconds * 1000);
}
