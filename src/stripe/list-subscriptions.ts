import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import { isOver } from '../reconciliation/policy/entitlement.js';
import type { StripeRequest } from './api/request.js';
import type { CouponExpansion } from './coupon-expansion.js';
import { hasReadableMetadata, type Inspected, inspectItems, inspectSubscription, isObject, sortablePage } from './inspect.js';
import { incomplete, PAGE_SIZE, readList } from './lists/paginate.js';
import { type Oldest, type ParallelListOptions, readParallelList } from './lists/parallel-list.js';
import type { OddObjects } from './odd-objects.js';
import { nullIfMissing, readCustomer } from './read-customer.js';

/** Subscriptions, ended ones included, each with its customer. */

/** A subscription with its customer and all of its items. */
export interface CompleteSubscription extends Pick<Inspected, 'subscription' | 'problems' | 'isLinkLost'> {
	readonly customerId: string;
	readonly customer: Stripe.Customer | Stripe.DeletedCustomer;
	readonly items: readonly Stripe.SubscriptionItem[];
}

const RESOURCE = 'Subscriptions';
const EVERY_STATUS = { status: 'all' } as const;

const DAY_SECONDS = 86_400;
/** Most communities are a few years old at most, and many are new. */
const INITIAL_SPLITS_DAYS = [30, 365, 3 * 365];

/** How a reading treats odd objects. */
type OddOptions = Pick<SubscriptionOptions, 'discordIdKey' | 'odd'>;

/** How subscriptions are read. */
export interface SubscriptionOptions {
	readonly coupons: CouponExpansion;
	/** The metadata key that holds a Discord ID. */
	readonly discordIdKey: string;
	readonly odd: OddObjects;
}

/** Lists a customer's subscriptions, newest first. @throws {SourceError} */
export async function listSubscriptionsOf(
	request: StripeRequest,
	customerId: string,
	options: SubscriptionOptions
): Promise<CompleteSubscription[]> {
	const undated = new Set<string | null>();
	const raw = await readList<Stripe.Subscription>(request, {
		resource: RESOURCE,
		listPage: async (stripe, page) => {
			const list = await options.coupons.list(stripe, { ...page, ...EVERY_STATUS, customer: customerId });
			return sortablePage(list, Math.floor(Date.now() / 1000), (id) => undated.add(id));
		},
		createdAt: ({ created }) => created
	});
	if (undated.has(null)) addNameless(options.odd);
	const subscriptions = await Promise.all(raw.map(async (each) => complete(request, inspect(each, undated, options), options, customerId)));
	return subscriptions.filter((each) => each !== null);
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
	coupons,
	discordIdKey,
	odd,
	...options
}: Pick<ParallelListOptions<Stripe.Subscription>, 'request' | 'rateLimiter' | 'now' | 'cache' | 'nowSeconds'> &
	SubscriptionOptions & {
		readonly onSubscription: (subscription: CompleteSubscription) => void;
		readonly onCount: (count: number) => void;
	}): Promise<{ readonly count: number; readonly oldest: Oldest | null }> {
	const { request } = options;
	const undated = new Set<string | null>();
	/** Subscriptions that do not come with all of their items, or with their customer. */
	const incompletes: Inspected[] = [];
	let count = 0;
	const oldest = await readParallelList<Stripe.Subscription>({
		...options,
		resource: RESOURCE,
		initialSplits: INITIAL_SPLITS_DAYS.map((days) => options.nowSeconds - days * DAY_SECONDS),
		listPage: async (stripe, page) => {
			const list = await coupons.list(stripe, { ...page, ...EVERY_STATUS });
			return sortablePage(list, page.created?.lte ?? options.nowSeconds, (id) => undated.add(id));
		},
		onItems: (subscriptions) => {
			for (const raw of subscriptions) {
				const inspected = inspect(raw, undated, { discordIdKey, odd });
				const { subscription, customer } = inspected;
				if (customer === null || subscription.items.has_more) incompletes.push(inspected);
				else onSubscription({ ...inspected, customer, customerId: customer.id, items: subscription.items.data });
			}
			count += subscriptions.length;
			onCount(count);
		}
	});
	if (undated.has(null)) addNameless(odd);
	await forEachConcurrent(incompletes, async (inspected) => {
		const subscription = await complete(request, inspected, { discordIdKey, odd });
		if (subscription !== null) onSubscription(subscription);
	});
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
	const missed = data.find((each) => typeof each?.id === 'string' && !oldest?.ids.has(each.id));
	if (missed !== undefined) throw incomplete(RESOURCE, `it was said to be complete, and ${missed.id} was not in it`);
}

/** Inspects an entry of a list, and notes what is odd about it. @param undated - IDs of entries without a creation time */
function inspect(raw: Stripe.Subscription, undated: ReadonlySet<string | null>, { discordIdKey, odd }: OddOptions): Inspected {
	const inspected = inspectSubscription(raw, discordIdKey);
	const problems = undated.has(raw.id) ? [...inspected.problems, 'has no creation date'] : inspected.problems;
	// Whose a subscription is without a customer is found out later.
	if (problems.length > 0)
		odd.add({ id: raw.id, problem: problems.join(' and '), couldBeAnyones: false }, isOver(inspected.subscription.status));
	return { ...inspected, problems };
}

/** An entry without an ID may have been anyone's. */
function addNameless(odd: OddObjects): void {
	odd.add({ id: 'an entry of the list of subscriptions', problem: 'has no ID', couldBeAnyones: true });
}

/** Reads what did not come with the list. Null if it cannot be found out whose the subscription is. */
async function complete(
	request: StripeRequest,
	{ subscription, ...inspected }: Inspected,
	{ discordIdKey, odd }: OddOptions,
	customerId: string | null = null
): Promise<CompleteSubscription | null> {
	const { id, status } = subscription;
	const customer = inspected.customer ?? (await findCustomerOf(request, subscription, customerId));
	if (customer === null) {
		if (!isOver(status)) odd.add({ id, problem: 'does not say whose it is', couldBeAnyones: true });
		return null;
	}
	const isLinkLost = inspected.isLinkLost || (!customer.deleted && !hasReadableMetadata(customer, discordIdKey));
	const common = { subscription, customer, customerId: customer.id, isLinkLost };
	if (!subscription.items.has_more) return { ...common, problems: inspected.problems, items: subscription.items.data };
	const allItems = await readList<Stripe.SubscriptionItem>(request, {
		resource: RESOURCE,
		listPage: (stripe, page) => stripe.subscriptionItems.list({ ...page, subscription: id })
	});
	const { readable, problems } = inspectItems(allItems);
	const added = problems.filter((problem) => !inspected.problems.includes(problem));
	for (const problem of added) odd.add({ id, problem, couldBeAnyones: false }, isOver(status));
	return { ...common, problems: [...inspected.problems, ...added], items: readable };
}

/**
 * The customer of a subscription that came without it, or with one whose metadata cannot be read: the metadata may link a member. Its ID
 * is enough to find its row.
 */
async function findCustomerOf(
	request: StripeRequest,
	subscription: Stripe.Subscription,
	customerId: string | null
): Promise<Stripe.Customer | Stripe.DeletedCustomer | null> {
	const id =
		customerId ??
		customerIdOf(subscription) ??
		customerIdOf(await nullIfMissing(request(RESOURCE, (stripe) => stripe.subscriptions.retrieve(subscription.id))));
	if (id === null) return null;
	return (await readCustomer(request, id)) ?? { id, object: 'customer', deleted: true };
}

function customerIdOf(subscription: Stripe.Subscription | null): string | null {
	const customer = subscription?.customer as unknown;
	const id = isObject(customer) ? customer.id : customer;
	return typeof id === 'string' && id !== '' ? id : null;
}
