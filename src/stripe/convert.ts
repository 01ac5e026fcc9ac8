import type Stripe from 'stripe';
import type { Customer, Subscription } from '../reconciliation/domain/billing.js';

/** Stripe's objects → the heart's. Pure. */

/** The ID behind a reference that Stripe gives as an ID or as the object itself. */
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
 * Since when it is unpaid is for its invoices to say.
 * @param items - all its items, which may be more than the subscription has with it
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

/** Price and product IDs of the items with a quantity. A metered price has none, and counts. */
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

/** When an open invoice fell due: on its due date where it was sent, else when it was finalized and the card was charged. */
export function dueAt(invoice: Stripe.Invoice): Date {
	const sent = invoice.collection_method === 'send_invoice' ? invoice.due_date : null;
	return toDate(sent ?? invoice.status_transitions.finalized_at ?? invoice.created);
}

function toDate(seconds: number): Date {
	return new Date(seconds * 1000);
}
