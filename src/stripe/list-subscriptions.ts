import type Stripe from 'stripe';
import type { Ask } from './ask.js';
import { oddShape } from './errors.js';
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
	// The few of one customer come in one answer.
	if (customerId === undefined) await mustHaveEnded(ask, subscriptions);
	const whole: WholeSubscription[] = [];
	for (const subscription of subscriptions) {
		mustBeWhole(subscription);
		// Without its metadata nobody can tell whom the customer pays for.
		if (typeof subscription.customer === 'string') throw incomplete('Subscriptions', `${subscription.id} came without its customer`);
		whole.push({ subscription, customer: subscription.customer, items: await itemsOf(ask, subscription) });
	}
	return whole;
}

/** A list that was cut short and said to be whole looks like people who do not pay: nothing older than its last may be left. */
async function mustHaveEnded(ask: Ask, subscriptions: readonly Stripe.Subscription[]): Promise<void> {
	const oldest = subscriptions.at(-1);
	const beyond = oldest === undefined ? {} : { created: { lte: oldest.created } };
	const { data } = await ask('Subscriptions', (stripe) => stripe.subscriptions.list({ ...beyond, status: 'all', limit: 100 }));
	const known = new Set(subscriptions.map(({ id }) => id));
	const forgotten = data.find(({ id }) => !known.has(id));
	if (forgotten !== undefined) throw incomplete('Subscriptions', `it was said to be whole, and ${forgotten.id} was not in it`);
}

/** What the policy rests on must be there: an active subscription without items, say, would look as if it paid for nothing. */
function mustBeWhole({ id, status, created, metadata, items }: Stripe.Subscription): void {
	const { data, has_more: more } = items;
	const whole =
		typeof id === 'string' &&
		typeof status === 'string' &&
		Number.isSafeInteger(created) &&
		typeof metadata === 'object' &&
		typeof more === 'boolean' &&
		Array.isArray(data) &&
		data.length > 0 &&
		data.every(({ price, quantity }) => typeof price?.id === 'string' && price.product && (quantity ?? 1) >= 0);
	if (!whole) throw oddShape('Subscriptions', `something is missing in ${id}`);
}

async function itemsOf(ask: Ask, subscription: Stripe.Subscription): Promise<readonly Stripe.SubscriptionItem[]> {
	if (!subscription.items.has_more) return subscription.items.data;
	return readList<Stripe.SubscriptionItem>(ask, {
		resource: 'Subscriptions',
		request: (stripe, cursor) => stripe.subscriptionItems.list({ ...cursor, subscription: subscription.id })
	});
}
