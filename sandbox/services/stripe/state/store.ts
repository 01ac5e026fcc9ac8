import type { StripeWorld } from '../../core/world.js';
import { type Catalog, createCatalog } from '../records/catalog.js';
import { firstInvoice, givenInvoices, laterInvoices } from '../records/invoicing.js';
import { Payments } from '../records/payments.js';
import { addIntervals, addMonths, periodAt } from '../records/periods.js';
import {
	type CustomerRecord,
	type DiscountRecord,
	hasEnded,
	type InvoiceRecord,
	type ItemRecord,
	isOverdue,
	type SubscriptionRecord,
	type TestClockRecord
} from '../records/records.js';
import { SortedIndex } from '../records/sorted-index.js';

const DAY = 86_400;
/** Objects without a date get this age, in the world's order. */
const CUSTOMER_AGE = 120 * DAY;
const SUBSCRIPTION_AGE = 90 * DAY;
const INCOMPLETE_EXPIRES_AFTER = 23 * 3600;
/** Shared empty arrays. */
const NO_INVOICES: readonly InvoiceRecord[] = [];
export const NO_DISCOUNTS: readonly DiscountRecord[] = [];

/** Stripe's records, with the indexes that lists are paginated from. */
export class StripeStore {
	public readonly catalog: Catalog = createCatalog();
	public readonly invoices = new SortedIndex<InvoiceRecord>();
	public readonly payments = new Payments((id) => this.invoice(id));
	public readonly clocks = new Map<string, TestClockRecord>();
	private customerIndex = new SortedIndex<CustomerRecord>();
	private subscriptionIndex = new SortedIndex<SubscriptionRecord>();
	private readonly customersById = new Map<string, CustomerRecord>();
	private readonly subscriptionsById = new Map<string, SubscriptionRecord>();
	private readonly invoicesById = new Map<string, InvoiceRecord>();
	private readonly byStatus = new Map<string, SortedIndex<SubscriptionRecord>>();
	private readonly byPrice = new Map<string, SortedIndex<SubscriptionRecord>>();
	private readonly live = new SortedIndex<SubscriptionRecord>();
	private readonly ended = new SortedIndex<SubscriptionRecord>();
	private byEmail: Map<string, CustomerRecord | CustomerRecord[]> | undefined;
	private byMetadata: Map<string, CustomerRecord[]> | undefined;
	private readonly sharedItems = new Map<string, readonly ItemRecord[]>();

	public static of(world: StripeWorld, now: number): StripeStore {
		const store = new StripeStore();
		for (const price of world.prices ?? []) store.catalog.setPrice(price);
		for (const coupon of world.coupons ?? []) store.catalog.addCoupon(coupon);
		for (const { id, name, frozen_time: frozenTime } of world.testClocks ?? [])
			store.clocks.set(id, { id, created: now, name, frozenTime, target: null });
		for (const [index, { id, email, name, discount, metadata, card, test_clock: clock }] of world.customers.entries()) {
			const created = now - CUSTOMER_AGE + index;
			store.customersById.set(id, {
				id,
				created,
				email,
				name,
				metadata,
				discount: discount ?? null,
				deleted: false,
				cardDeclined: card === 'declined',
				clock: store.clocks.get(clock ?? '') ?? null,
				subscriptions: null
			});
		}
		const subscriptions = world.subscriptions.map((given, index) => {
			const customer = store.customersById.get(given.customer);
			if (!customer) throw new Error(`subscription ${given.id} names customer ${given.customer}, which is not in the world`);
			const time = customer.clock?.frozenTime ?? now;
			const defaultCreated = time - SUBSCRIPTION_AGE + index;
			const items = store.internItems(given.items ?? [{ price: given.price ?? 'price_knight', quantity: given.quantity ?? 1 }]);
			const interval = store.catalog.intervalOf(items);
			const created =
				given.created ?? (given.failedAt ? Math.min(defaultCreated, addIntervals(given.failedAt, interval, -1)) : defaultCreated);
			const trialEnd = given.trial_end ?? (given.status === 'trialing' ? periodAt(created, time, interval).end : null);
			const record: SubscriptionRecord = {
				id: given.id,
				customer,
				created,
				anchor: trialEnd ?? created,
				status: given.status,
				items,
				firstItems: items,
				discounts: given.discounts ?? NO_DISCOUNTS,
				metadata: given.metadata,
				cancelAtPeriodEnd: given.cancel_at_period_end,
				cancelAt: given.cancel_at ?? null,
				trialEnd,
				pause: given.pause_collection ?? null,
				endedAt: endOf(given.status, created, time),
				invoices: NO_INVOICES
			};
			if (created < customer.created) customer.created = created;
			if (isOverdue(given.status)) customer.cardDeclined = true;
			if (given.invoices) record.invoices = givenInvoices(record, given.invoices);
			if (given.failedAt) record.invoices = [...record.invoices, ...laterInvoices(record, given.failedAt, time, interval)];
			if (given.invoices) record.invoices = record.invoices.toSorted((a, b) => a.created - b.created);
			return record;
		});
		for (const { id, card } of world.customers) {
			const customer = store.customersById.get(id);
			if (customer && card === 'valid') customer.cardDeclined = false;
		}
		store.subscriptionIndex = SortedIndex.sorted(subscriptions);
		for (const record of store.subscriptionIndex.all()) {
			store.subscriptionsById.set(record.id, record);
			// Most customers have one subscription: an array literal takes a tenth of the memory of a grown one.
			if (record.customer.subscriptions) record.customer.subscriptions.append(record);
			else record.customer.subscriptions = new SortedIndex([record]);
			for (const index of store.indexesOf(record)) index.append(record);
		}
		const invoices = subscriptions.flatMap((record) => record.invoices);
		for (const invoice of SortedIndex.sorted(invoices).all()) {
			store.invoices.append(invoice);
			store.invoicesById.set(invoice.id, invoice);
		}
		store.payments.load(invoices.flatMap((invoice) => invoice.charges));
		store.customerIndex = SortedIndex.sorted([...store.customersById.values()]);
		return store;
	}

	public customers(): SortedIndex<CustomerRecord> {
		return this.customerIndex;
	}

	public customer(id: string): CustomerRecord | undefined {
		return this.customersById.get(id);
	}

	public customersWithEmail(email: string): SortedIndex<CustomerRecord> {
		if (!this.byEmail) {
			this.byEmail = new Map();
			for (const record of this.customerIndex.all()) {
				if (record.email === null) continue;
				const others = this.byEmail.get(record.email);
				if (Array.isArray(others)) others.push(record);
				else this.byEmail.set(record.email, others ? [others, record] : record);
			}
		}
		return new SortedIndex([this.byEmail.get(email) ?? []].flat());
	}

	/** Customers with this metadata key and value. */
	public customersWithMetadata(key: string, value: string): readonly CustomerRecord[] {
		if (!this.byMetadata) {
			this.byMetadata = new Map();
			for (const record of this.customerIndex.all()) {
				for (const entry of Object.entries(record.metadata)) {
					const name = entry.join('\n');
					const others = this.byMetadata.get(name);
					if (others) others.push(record);
					else this.byMetadata.set(name, [record]);
				}
			}
		}
		return this.byMetadata.get(`${key}\n${value}`) ?? [];
	}

	public addCustomer(record: CustomerRecord): void {
		this.customersById.set(record.id, record);
		this.customerIndex.insert(record);
		this.byEmail = undefined;
		this.byMetadata = undefined;
	}

	/** Changes any field. A deleted customer can be retrieved but not listed. */
	public changeCustomer(record: CustomerRecord, change: () => void): void {
		this.customerIndex.remove(record);
		change();
		if (!record.deleted) this.customerIndex.insert(record);
		this.byEmail = undefined;
		this.byMetadata = undefined;
	}

	public subscription(id: string): SubscriptionRecord | undefined {
		return this.subscriptionsById.get(id);
	}

	/** @param status - a status, `all`, `ended`, or undefined for those that have not ended */
	public subscriptions(status: string | undefined): SortedIndex<SubscriptionRecord> {
		if (status === undefined) return this.live;
		if (status === 'all') return this.subscriptionIndex;
		if (status === 'ended') return this.ended;
		return this.byStatus.get(status) ?? new SortedIndex();
	}

	public subscriptionsWithPrice(price: string): SortedIndex<SubscriptionRecord> {
		return this.byPrice.get(price) ?? new SortedIndex();
	}

	public addSubscription(record: SubscriptionRecord): void {
		this.subscriptionsById.set(record.id, record);
		this.addToIndexes(record);
		for (const invoice of record.invoices) {
			this.addInvoice(invoice);
			for (const charge of invoice.charges) this.payments.charges.insert(charge);
		}
	}

	/** Changes the indexed fields: status, items, date. */
	public changeSubscription(record: SubscriptionRecord, change: () => void): void {
		this.subscriptionIndex.remove(record);
		record.customer.subscriptions?.remove(record);
		for (const index of this.indexesOf(record)) index.remove(record);
		change();
		this.addToIndexes(record);
	}

	public invoice(id: string): InvoiceRecord | undefined {
		const later = this.invoicesById.get(id);
		if (later) return later;
		const subscription = id.startsWith('in_') ? this.subscriptionsById.get(id.slice('in_'.length)) : undefined;
		return subscription && firstInvoice(subscription);
	}

	/** The clock's customers. */
	public customersOf(clock: TestClockRecord): CustomerRecord[] {
		return this.customerIndex.all().filter((customer) => customer.clock === clock);
	}

	/** Stores a later invoice. */
	public addInvoice(invoice: InvoiceRecord): void {
		this.invoicesById.set(invoice.id, invoice);
		this.invoices.insert(invoice);
	}

	/** Returns a shared array for equal items: most subscriptions have the same. */
	public internItems(items: readonly ItemRecord[]): readonly ItemRecord[] {
		const key = items.map(({ price, quantity, discounts }) => `${quantity} ${price} ${JSON.stringify(discounts)}`).join('\n');
		const known = this.sharedItems.get(key);
		if (known) return known;
		for (const { price } of items) this.catalog.ensurePrice(price);
		this.sharedItems.set(key, items);
		return items;
	}

	private addToIndexes(record: SubscriptionRecord): void {
		this.subscriptionIndex.insert(record);
		record.customer.subscriptions ??= new SortedIndex();
		record.customer.subscriptions.insert(record);
		for (const index of this.indexesOf(record)) index.insert(record);
	}

	/** The indexes by status and price that contain the subscription. */
	private indexesOf(record: SubscriptionRecord): SortedIndex<SubscriptionRecord>[] {
		const indexes = [hasEnded(record.status) ? this.ended : this.live, indexIn(this.byStatus, record.status)];
		for (const price of new Set(record.items.map((item) => item.price))) indexes.push(indexIn(this.byPrice, price));
		return indexes;
	}
}

/** The assumed end of a subscription loaded with this status; null if it has not ended. */
export function endOf(status: string, created: number, now: number): number | null {
	if (!hasEnded(status)) return null;
	return Math.min(now, status === 'canceled' ? addMonths(created, 1) : created + INCOMPLETE_EXPIRES_AFTER);
}

function indexIn<K>(indexes: Map<K, SortedIndex<SubscriptionRecord>>, key: K): SortedIndex<SubscriptionRecord> {
	let index = indexes.get(key);
	if (!index) {
		index = new SortedIndex();
		indexes.set(key, index);
	}
	return index;
}
