import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import { unexpectedShape } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { incomplete, PAGE_SIZE, readList } from './lists/paginate.js';
import { type Oldest, type ParallelListOptions, readParallelList } from './lists/parallel-list.js';

/** Subscriptions as they are listed: ended ones included, each with its customer. */

/** A subscription with its customer and all of its items. */
export interface CompleteSubscription {
	readonly subscription: Stripe.Subscription;
	readonly customer: Stripe.Customer | Stripe.DeletedCustomer;
	readonly items: readonly Stripe.SubscriptionItem[];
}

const RESOURCE = 'Subscriptions';
const EVERY_STATUS = { status: 'all' } as const;
const WITH_CUSTOMER = { ...EVERY_STATUS, expand: ['data.customer'] };

const DAY_SECONDS = 86_400;
/** Most communities are some years old at most, and many are new. */
const INITIAL_SPLITS_DAYS = [30, 365, 3 * 365];

/** Those of one customer, the newest first. @throws {SourceError} */
export async function listSubscriptionsOf(ask: StripeRequest, customerId: string): Promise<CompleteSubscription[]> {
	const subscriptions = await readList<Stripe.Subscription>(ask, {
		resource: RESOURCE,
		request: (stripe, cursor) => stripe.subscriptions.list({ ...cursor, ...WITH_CUSTOMER, customer: customerId }),
		createdAt: ({ created }) => created
	});
	return Promise.all(subscriptions.map(async (subscription) => complete(ask, subscription)));
}

/**
 * Reads all there are.
 * @param options.onWhole - called with each, in no order
 * @returns how many there were, and the oldest: see {@link assertListEnded}
 * @throws {SourceError}
 */
export async function readAllSubscriptions({
	onWhole,
	onCount,
	...options
}: Pick<ParallelListOptions<Stripe.Subscription>, 'request' | 'rateLimiter' | 'now' | 'memory' | 'nowSeconds'> & {
	readonly onWhole: (whole: CompleteSubscription) => void;
	/** Called after each page with how many there are so far. */
	readonly onCount: (count: number) => void;
}): Promise<{ readonly count: number; readonly oldest: Oldest | null }> {
	const { request } = options;
	/** Those with more items than come along. */
	const long: Stripe.Subscription[] = [];
	let count = 0;
	const oldest = await readParallelList<Stripe.Subscription>({
		...options,
		resource: RESOURCE,
		initialSplits: INITIAL_SPLITS_DAYS.map((days) => options.nowSeconds - days * DAY_SECONDS),
		listPage: (stripe, page) => stripe.subscriptions.list({ ...page, ...WITH_CUSTOMER }),
		onItems: (subscriptions) => {
			for (const subscription of subscriptions) {
				if (assertComplete(subscription).items.has_more) long.push(subscription);
				else onWhole({ subscription, customer: customerOf(subscription), items: subscription.items.data });
			}
			count += subscriptions.length;
			onCount(count);
		}
	});
	await forEachConcurrent(long, async (subscription) => onWhole(await complete(request, subscription)));
	return { count, oldest };
}

/**
 * A list that was cut short and said to be whole looks like people who do not pay: nothing older than its last may be left.
 * @throws {SourceError}
 */
export async function assertListEnded(ask: StripeRequest, oldest: Oldest | null): Promise<void> {
	const beyond = oldest === null ? {} : { created: { lte: oldest.created } };
	const { data } = await ask(RESOURCE, (stripe) => stripe.subscriptions.list({ ...beyond, ...EVERY_STATUS, limit: PAGE_SIZE }));
	const forgotten = data.find(({ id }) => !oldest?.ids.has(id));
	if (forgotten !== undefined) throw incomplete(RESOURCE, `it was said to be whole, and ${forgotten.id} was not in it`);
}

async function complete(ask: StripeRequest, subscription: Stripe.Subscription): Promise<CompleteSubscription> {
	const { id, items } = assertComplete(subscription);
	const customer = customerOf(subscription);
	if (!items.has_more) return { subscription, customer, items: items.data };
	const all = await readList<Stripe.SubscriptionItem>(ask, {
		resource: RESOURCE,
		request: (stripe, cursor) => stripe.subscriptionItems.list({ ...cursor, subscription: id })
	});
	return { subscription, customer, items: all };
}

/** Without its metadata nobody can tell whom the customer pays for. */
function customerOf({ id, customer }: Stripe.Subscription): Stripe.Customer | Stripe.DeletedCustomer {
	if (typeof customer === 'string') throw incomplete(RESOURCE, `${id} came without its customer`);
	if (typeof customer?.id !== 'string') throw unexpectedShape(RESOURCE, `something is missing in the customer of ${id}`);
	return customer;
}

/** What the policy rests on must be there: an active subscription without items, say, would look as if it paid for nothing. */
function assertComplete(subscription: Stripe.Subscription): Stripe.Subscription {
	const { id, status, created, metadata, items } = subscription;
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
	if (!whole) throw unexpectedShape(RESOURCE, `something is missing in ${id}`);
	return subscription;
}
