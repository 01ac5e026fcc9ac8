import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import { unexpectedShape } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { incomplete, PAGE_SIZE, readList } from './lists/paginate.js';
import { type Oldest, type ParallelListOptions, readParallelList } from './lists/parallel-list.js';

/** Subscriptions, ended ones included, each with its customer. */

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
/** Most communities are a few years old at most, and many are new. */
const INITIAL_SPLITS_DAYS = [30, 365, 3 * 365];

/** Lists a customer's subscriptions, newest first. @throws {SourceError} */
export async function listSubscriptionsOf(request: StripeRequest, customerId: string): Promise<CompleteSubscription[]> {
	const subscriptions = await readList<Stripe.Subscription>(request, {
		resource: RESOURCE,
		listPage: (stripe, page) => stripe.subscriptions.list({ ...page, ...WITH_CUSTOMER, customer: customerId }),
		createdAt: ({ created }) => created
	});
	return Promise.all(subscriptions.map(async (subscription) => complete(request, subscription)));
}

/**
 * Reads every subscription of the account.
 * @param options.onSubscription - called with each, in no particular order
 * @param options.onCount - called after each page with the number read so far
 * @returns their number, and the oldest for {@link assertListEnded}
 * @throws {SourceError}
 */
export async function readAllSubscriptions({
	onSubscription,
	onCount,
	...options
}: Pick<ParallelListOptions<Stripe.Subscription>, 'request' | 'rateLimiter' | 'now' | 'cache' | 'nowSeconds'> & {
	readonly onSubscription: (subscription: CompleteSubscription) => void;
	readonly onCount: (count: number) => void;
}): Promise<{ readonly count: number; readonly oldest: Oldest | null }> {
	const { request } = options;
	/** Subscriptions whose items do not all come with the list. */
	const withMoreItems: Stripe.Subscription[] = [];
	let count = 0;
	const oldest = await readParallelList<Stripe.Subscription>({
		...options,
		resource: RESOURCE,
		initialSplits: INITIAL_SPLITS_DAYS.map((days) => options.nowSeconds - days * DAY_SECONDS),
		listPage: (stripe, page) => stripe.subscriptions.list({ ...page, ...WITH_CUSTOMER }),
		onItems: (subscriptions) => {
			for (const subscription of subscriptions) {
				if (assertWellFormed(subscription).items.has_more) withMoreItems.push(subscription);
				else onSubscription({ subscription, customer: customerOf(subscription), items: subscription.items.data });
			}
			count += subscriptions.length;
			onCount(count);
		}
	});
	await forEachConcurrent(withMoreItems, async (subscription) => onSubscription(await complete(request, subscription)));
	return { count, oldest };
}

/**
 * Checks that nothing is older than the oldest subscription read: a list that is cut short and says it is complete would make paying
 * customers look as if they did not pay.
 * @throws {SourceError}
 */
export async function assertListEnded(request: StripeRequest, oldest: Oldest | null): Promise<void> {
	const upTo = oldest === null ? {} : { created: { lte: oldest.created } };
	const { data } = await request(RESOURCE, (stripe) => stripe.subscriptions.list({ ...upTo, ...EVERY_STATUS, limit: PAGE_SIZE }));
	const missed = data.find(({ id }) => !oldest?.ids.has(id));
	if (missed !== undefined) throw incomplete(RESOURCE, `it was said to be complete, and ${missed.id} was not in it`);
}

async function complete(request: StripeRequest, subscription: Stripe.Subscription): Promise<CompleteSubscription> {
	const { id, items } = assertWellFormed(subscription);
	const customer = customerOf(subscription);
	if (!items.has_more) return { subscription, customer, items: items.data };
	const allItems = await readList<Stripe.SubscriptionItem>(request, {
		resource: RESOURCE,
		listPage: (stripe, page) => stripe.subscriptionItems.list({ ...page, subscription: id })
	});
	return { subscription, customer, items: allItems };
}

/** The expanded customer, whose metadata may link a member. */
function customerOf({ id, customer }: Stripe.Subscription): Stripe.Customer | Stripe.DeletedCustomer {
	if (typeof customer === 'string') throw incomplete(RESOURCE, `${id} came without its customer`);
	if (typeof customer?.id !== 'string') throw unexpectedShape(RESOURCE, `something is missing in the customer of ${id}`);
	return customer;
}

/** Checks the fields that the policy reads: an active subscription without items, say, would look as if it paid for nothing. */
function assertWellFormed(subscription: Stripe.Subscription): Stripe.Subscription {
	const { id, status, created, metadata, items } = subscription;
	const { data, has_more: more } = items;
	const wellFormed =
		typeof id === 'string' &&
		typeof status === 'string' &&
		Number.isSafeInteger(created) &&
		typeof metadata === 'object' &&
		typeof more === 'boolean' &&
		Array.isArray(data) &&
		data.length > 0 &&
		data.every(({ price, quantity }) => typeof price?.id === 'string' && price.product && (quantity ?? 1) >= 0);
	if (!wellFormed) throw unexpectedShape(RESOURCE, `something is missing in ${id}`);
	return subscription;
}
