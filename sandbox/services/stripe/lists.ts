import type Stripe from 'stripe';
import { badRequest, noSuch } from './errors.js';
import { currentPeriod, type ObjectContext } from './objects/subscription.js';
import { type Parameters, within } from './parameters.js';
import { firstInvoice, invoicesOf } from './records/invoicing.js';
import type {
	CustomerRecord,
	InvoiceRecord,
	ItemRecord,
	PriceRecord,
	ProductRecord,
	SubscriptionRecord,
	TestClockRecord
} from './records/records.js';
import { type Key, type Ordered, type PageQuery, SortedIndex, view } from './records/sorted-index.js';
import { type Events, matchesType } from './state/events.js';
import type { StripeStore } from './state/store.js';

/** The source of each list: the shortest index that covers a filter, and a predicate for the other filters. */

export interface Source<T extends Key> {
	readonly sources: readonly Ordered<T>[];
	readonly keep?: (item: T) => boolean;
	readonly created?: Pick<PageQuery<T>, 'from' | 'to'>;
	/** The object that a cursor refers to. */
	readonly cursor: (id: string) => T | undefined;
	/** Stripe's name of the object. */
	readonly what: string;
}

/** Parameters of each list besides `limit`, `starting_after`, `ending_before` and `expand`. */
export const LIST_PARAMETERS = {
	subscriptions: {
		texts: ['status', 'customer', 'price', 'plan', 'collection_method', 'test_clock'],
		ranges: ['created', 'current_period_start', 'current_period_end'],
		unsupported: ['automatic_tax', 'customer_account']
	},
	subscription_items: { texts: ['subscription'] },
	customers: { texts: ['email', 'test_clock'], ranges: ['created'], unsupported: [] },
	invoices: {
		texts: ['status', 'customer', 'subscription', 'collection_method'],
		ranges: ['created'],
		unsupported: ['customer_account', 'due_date']
	},
	events: { texts: ['type'], ranges: ['created'], lists: ['types'], unsupported: ['delivery_success'] },
	charges: { texts: ['customer', 'payment_intent'], ranges: ['created'], unsupported: ['transfer_group'] },
	invoice_payments: { texts: ['invoice', 'status'], ranges: ['created'], unsupported: ['payment'] },
	refunds: { texts: ['charge', 'payment_intent'], ranges: ['created'] },
	disputes: { texts: ['charge', 'payment_intent'], ranges: ['created'] },
	test_clocks: {},
	prices: {
		texts: ['active', 'product', 'currency', 'type'],
		ranges: ['created'],
		unsupported: ['lookup_keys', 'recurring']
	},
	products: { texts: ['active'], ranges: ['created'], lists: ['ids'], unsupported: ['shippable', 'url', 'type'] }
} as const;

const SUBSCRIPTION_STATUSES = [
	'active',
	'past_due',
	'unpaid',
	'canceled',
	'incomplete',
	'incomplete_expired',
	'trialing',
	'paused',
	'all',
	'ended'
];
const COLLECTION_METHODS = ['charge_automatically', 'send_invoice'];

export function subscriptionSource(store: StripeStore, context: ObjectContext, parameters: Parameters): Source<SubscriptionRecord> {
	const status = parameters.oneOf('status', SUBSCRIPTION_STATUSES);
	const customer = findReferenced(parameters, 'customer', 'customer', (id) => store.customer(id));
	const price = (
		findReferenced(parameters, 'price', 'price', (id) => store.catalog.price(id)) ??
		findReferenced(parameters, 'plan', 'plan', (id) => store.catalog.price(id))
	)?.id;
	const clock = clockIn(store, parameters);
	const start = parameters.range('current_period_start');
	const end = parameters.range('current_period_end');
	// Computing periods is slow and this filter rare.
	const byPeriod = [start, end].some(({ from, to }) => from !== undefined || to !== undefined);
	const inStatus = store.subscriptions(status);
	const candidates: SortedIndex<SubscriptionRecord>[] = [inStatus];
	if (customer) candidates.push(customer.subscriptions ?? new SortedIndex());
	if (price !== undefined) candidates.push(store.subscriptionsWithPrice(price));
	return {
		...base('subscription', parameters, (id) => store.subscription(id)),
		sources: chargesAutomatically(parameters) ? [shortest(candidates)] : [],
		keep: (record) => {
			if (!hasStatus(record, status)) return false;
			if (customer && record.customer !== customer) return false;
			if (!isOfClock(record.customer, clock, customer !== undefined)) return false;
			if (price !== undefined && !record.items.some((item) => item.price === price)) return false;
			if (!byPeriod) return true;
			const period = currentPeriod(record, context);
			return within(period.start, start) && within(period.end, end);
		}
	};
}

/** Items have no date; `created` encodes their position in the subscription. */
export type ItemKey = Key & { readonly subscription: SubscriptionRecord; readonly index: number; readonly item: ItemRecord };

export function itemSource(store: StripeStore, parameters: Parameters): Source<ItemKey> {
	const id = parameters.required('subscription');
	const subscription = store.subscription(id);
	if (!subscription) throw noSuch('subscription', id, 'subscription');
	const keys = subscription.items.map((item, index) => ({
		id: `si_${id}_${index + 1}`,
		created: subscription.items.length - index,
		subscription,
		index,
		item
	}));
	const index = SortedIndex.sorted(keys);
	return { what: 'subscription_item', sources: [index], cursor: (cursor) => keys.find((key) => key.id === cursor) };
}

export function customerSource(store: StripeStore, parameters: Parameters): Source<CustomerRecord> {
	const email = parameters.text('email');
	const clock = clockIn(store, parameters);
	return {
		...base('customer', parameters, (id) => store.customer(id)),
		sources: [email === undefined ? store.customers() : store.customersWithEmail(email)],
		keep: (record) => isOfClock(record, clock, false)
	};
}

export function invoiceSource(store: StripeStore, parameters: Parameters): Source<InvoiceRecord> {
	const status = parameters.oneOf('status', ['draft', 'open', 'paid', 'uncollectible', 'void']);
	const customer = findReferenced(parameters, 'customer', 'customer', (id) => store.customer(id));
	const subscription = findReferenced(parameters, 'subscription', 'subscription', (id) => store.subscription(id));
	let sources: readonly Ordered<InvoiceRecord>[];
	if (subscription) sources = [SortedIndex.sorted(invoicesOf(subscription))];
	else if (customer) sources = [SortedIndex.sorted((customer.subscriptions?.all() ?? []).flatMap(invoicesOf))];
	else sources = [view(store.subscriptions(firstInvoicesWith(status)), firstInvoice), store.invoices];
	return {
		...base('invoice', parameters, (id) => store.invoice(id)),
		sources: chargesAutomatically(parameters) ? sources : [],
		keep: (record) =>
			(status === undefined || record.status === status) &&
			(!customer || record.subscription.customer === customer) &&
			isOfClock(record.subscription.customer, undefined, (subscription ?? customer) !== undefined)
	};
}

/** The subscription status for which the first invoice has this status. */
function firstInvoicesWith(status: string | undefined): string {
	if (status === undefined || status === 'paid') return 'all';
	if (status === 'open') return 'incomplete';
	return status === 'void' ? 'incomplete_expired' : 'none';
}

export function eventSource(events: Events, parameters: Parameters): Source<Stripe.Event> {
	const type = parameters.text('type');
	const types = parameters.list('types');
	if (type !== undefined && types.length > 0) throw badRequest('You may only specify one of these parameters: type, types.');
	const patterns = type === undefined ? types : [type];
	return {
		...base('event', parameters, (id) => events.get(id)),
		sources: [events.index],
		keep: (event) => patterns.length === 0 || patterns.some((pattern) => matchesType(event.type, pattern))
	};
}

export function priceSource(store: StripeStore, parameters: Parameters): Source<PriceRecord> {
	const product = parameters.text('product');
	const active = parameters.oneOf('active', ['true', 'false']);
	const currency = parameters.text('currency');
	return {
		...base('price', parameters, (id) => store.catalog.price(id)),
		sources: parameters.oneOf('type', ['one_time', 'recurring']) === 'one_time' ? [] : [store.catalog.prices],
		keep: (price) =>
			(product === undefined || price.product.id === product) &&
			(active === undefined || String(price.active) === active) &&
			(currency === undefined || price.currency === currency)
	};
}

export function productSource(store: StripeStore, parameters: Parameters): Source<ProductRecord> {
	const ids = parameters.list('ids');
	return {
		...base('product', parameters, (id) => store.catalog.product(id)),
		sources: parameters.oneOf('active', ['true', 'false']) === 'false' ? [] : [view(store.catalog.prices, (price) => price.product)],
		keep: (product) => ids.length === 0 || ids.includes(product.id)
	};
}

export function clockSource(store: StripeStore): Source<TestClockRecord> {
	return { what: 'test_clock', sources: [SortedIndex.sorted([...store.clocks.values()])], cursor: (id) => store.clocks.get(id) };
}

const clockIn = (store: StripeStore, parameters: Parameters) =>
	findReferenced(parameters, 'test_clock', 'test_clock', (id) => store.clocks.get(id));

/** Lists leave out what belongs to a test clock, unless the clock is asked for. @param isNamed - whether the list is of one customer */
function isOfClock(customer: CustomerRecord, clock: TestClockRecord | undefined, isNamed: boolean): boolean {
	return clock === undefined ? isNamed || customer.clock === null : customer.clock === clock;
}

/** What all lists have. */
export function base<T extends Key>(what: string, parameters: Parameters, cursor: (id: string) => T | undefined) {
	return { what, created: parameters.range('created'), cursor };
}

function hasStatus(record: SubscriptionRecord, status: string | undefined): boolean {
	const ended = record.status === 'canceled' || record.status === 'incomplete_expired';
	if (status === undefined) return !ended;
	return status === 'all' || (status === 'ended' ? ended : record.status === status);
}

/** The sandbox has no `send_invoice` subscriptions. */
const chargesAutomatically = (parameters: Parameters) => parameters.oneOf('collection_method', COLLECTION_METHODS) !== 'send_invoice';

/** The object that a parameter names. @throws {StripeRefusal} */
export function findReferenced<T>(parameters: Parameters, name: string, what: string, find: (id: string) => T | undefined): T | undefined {
	const id = parameters.text(name);
	if (id === undefined) return undefined;
	const found = find(id);
	if (found === undefined) throw noSuch(what, id, name);
	return found;
}

function shortest<T extends Key>(indexes: readonly SortedIndex<T>[]): SortedIndex<T> {
	return indexes.reduce((best, index) => (index.length < best.length ? index : best));
}
