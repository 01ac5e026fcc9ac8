import type Stripe from 'stripe';
import type { Ask } from './ask.js';
import { incomplete, readList } from './pages.js';

/** A subscription with its customer and all of its items. */
export interface WholeSubscription {
	readonly subscription: Stripe.Subscription;
	readonly customer: Stripe.Customer | Stripe.DeletedCustomer;
	readonly items: readonly Stripe.SubscriptionItem[];
}

/**
 * Lists subscriptions, ended ones included: of one customer, or all there are.
 * @throws {SourceError}
 */
export async function listSubscriptions(
	ask: Ask,
	{ customerId, onPage }: { customerId?: string; onPage?: (count: number) => void }
): Promise<WholeSubscription[]> {
	const subscriptions = await readList<Stripe.Subscription>(ask, {
		resource: 'Subscriptions',
		request: (stripe, cursor) =>
			stripe.subscriptions.list({
				...cursor,
				status: 'all',
				expand: ['data.customer'],
				...(customerId !== undefined && { customer: customerId })
			}),
		createdAt: (subscription) => subscription.created,
		onPage
	});
	const whole: WholeSubscription[] = [];
	for (const subscription of subscriptions) {
		// Without its metadata nobody can tell whom the customer pays for.
		if (typeof subscription.customer === 'string') throw incomplete('Subscriptions', `${subscription.id} came without its customer`);
		whole.push({ subscription, customer: subscription.customer, items: await itemsOf(ask, subscription) });
	}
	return whole;
}

async function itemsOf(ask: Ask, subscription: Stripe.Subscription): Promise<readonly Stripe.SubscriptionItem[]> {
	if (!subscription.items.has_more) return subscription.items.data;
	return readList<Stripe.SubscriptionItem>(ask, {
		resource: 'Subscriptions',
		request: (stripe, cursor) => stripe.subscriptionItems.list({ ...cursor, subscription: subscription.id })
	});
}
