import type { Account, Accounts, Customer, Subscription } from '../domain/billing.js';
import { isPastDue } from '../policy/entitlement.js';
import { doubled, StringColumn } from './columns.js';

/** Customers with their subscriptions: a Map where there are few, columns where there may be a million. */

/** Those of one person, or of a test: in a Map. */
export function accountsOf(customers: Iterable<Customer>, subscriptions: Iterable<Subscription>): Accounts {
	const accounts = new Map<string, { customer: Customer; subscriptions: Subscription[] }>();
	for (const customer of customers) accounts.set(customer.id, { customer, subscriptions: [] });
	for (const subscription of subscriptions) {
		const { customerId: id } = subscription;
		const account = accounts.get(id) ?? { customer: { id, email: null, name: null, metadataDiscordId: null }, subscriptions: [] };
		account.subscriptions.push(subscription);
		accounts.set(id, account);
	}
	return accounts;
}

/** The accounts, and customers without subscriptions who are not among them. */
export function withExtraCustomers(accounts: Accounts, customers: Iterable<Customer>): Accounts {
	const others = new Map<string, Account>();
	for (const customer of customers) if (!accounts.has(customer.id)) others.set(customer.id, { customer, subscriptions: [] });
	return {
		size: accounts.size + others.size,
		has: (id) => accounts.has(id) || others.has(id),
		get: (id) => accounts.get(id) ?? others.get(id),
		*values() {
			yield* accounts.values();
			yield* others.values();
		}
	};
}

/** Where a chain of subscriptions ends. */
const END_OF_CHAIN = -1;
const INITIAL_CAPACITY = 1_024;

/** What many subscriptions have in common. */
type Kind = Pick<Subscription, 'status' | 'prices' | 'shownPrices' | 'cancelAtPeriodEnd' | 'collectionPaused'>;

/**
 * All accounts there are, for some hundred bytes each where objects would take five hundred. Names and email addresses are not kept:
 * nothing is decided by them. Accounts and subscriptions are made from the columns when somebody asks, field by field.
 */
export class CompactAccounts implements Accounts {
	/** How many subscriptions. */
	public subscriptionCount = 0;
	/** Customer → where in the columns. In the order in which they came. */
	private readonly indexes = new Map<string, number>();
	private readonly metadataIds = new StringColumn();
	private firstSubscriptions = new Int32Array(INITIAL_CAPACITY);

	private readonly columns = new SubscriptionColumns();

	public get size(): number {
		return this.indexes.size;
	}

	public has(customerId: string): boolean {
		return this.indexes.has(customerId);
	}

	public get(customerId: string): Account | undefined {
		const place = this.indexes.get(customerId);
		return place === undefined ? undefined : new StoredAccount(this, customerId, place);
	}

	public *values(): IterableIterator<Account> {
		let place = 0;
		for (const customerId of this.indexes.keys()) {
			yield new StoredAccount(this, customerId, place);
			place += 1;
		}
	}

	/** Adds a subscription to its customer's account. Since when it is unpaid is told afterwards: see {@link setUnpaidSince}. */
	public add(customer: Pick<Customer, 'id' | 'metadataDiscordId'>, subscription: Subscription): void {
		let place = this.indexes.get(customer.id);
		if (place === undefined) {
			place = this.metadataIds.add(customer.metadataDiscordId);
			this.indexes.set(customer.id, place);
			if (place === this.firstSubscriptions.length) this.firstSubscriptions = doubled(this.firstSubscriptions);
			this.firstSubscriptions[place] = END_OF_CHAIN;
		}
		this.firstSubscriptions[place] = this.columns.add(subscription, this.firstSubscriptions[place] ?? END_OF_CHAIN);
		this.subscriptionCount += 1;
	}

	/** @param since - subscription → when its oldest open invoice fell due. Only debts are asked for. */
	public setUnpaidSince(since: ReadonlyMap<string, Date>): void {
		this.columns.unpaidSince = since;
	}

	/** @param place - of an account */
	public claimedBy(place: number): string | null {
		return this.metadataIds.at(place);
	}

	/** @param place - of the customer's account */
	public subscriptionsOf(customerId: string, place: number): readonly Subscription[] {
		const subscriptions: Subscription[] = [];
		for (let at = this.firstSubscriptions[place] ?? END_OF_CHAIN; at !== END_OF_CHAIN; at = this.columns.nextOf(at))
			subscriptions.push(new StoredSubscription(this.columns, customerId, at));
		return subscriptions;
	}
}

/** An account in the columns: what is asked for is read there, once. */
class StoredAccount implements Account {
	readonly #accounts: CompactAccounts;
	readonly #id: string;
	readonly #place: number;
	#customer: Customer | undefined;
	#subscriptions: readonly Subscription[] | undefined;

	public constructor(accounts: CompactAccounts, id: string, place: number) {
		this.#accounts = accounts;
		this.#id = id;
		this.#place = place;
	}

	public get customer(): Customer {
		this.#customer ??= { id: this.#id, email: null, name: null, metadataDiscordId: this.#accounts.claimedBy(this.#place) };
		return this.#customer;
	}

	public get subscriptions(): readonly Subscription[] {
		this.#subscriptions ??= this.#accounts.subscriptionsOf(this.#id, this.#place);
		return this.#subscriptions;
	}
}

class SubscriptionColumns {
	public unpaidSince: ReadonlyMap<string, Date> = new Map();
	public readonly ids = new StringColumn();
	public readonly metadataIds = new StringColumn();
	private created = new Float64Array(INITIAL_CAPACITY);
	private kinds = new Uint32Array(INITIAL_CAPACITY);
	/** The customer's next subscription. */
	private next = new Int32Array(INITIAL_CAPACITY);
	private readonly knownKinds: Kind[] = [];
	private readonly kindIndexes = new Map<string, number>();

	/** @returns where it is */
	public add(
		{ id, status, prices, shownPrices, cancelAtPeriodEnd, collectionPaused, createdAt, metadataDiscordId }: Subscription,
		next: number
	): number {
		const at = this.ids.add(id);
		if (at === this.created.length) {
			this.created = doubled(this.created);
			this.kinds = doubled(this.kinds);
			this.next = doubled(this.next);
		}
		this.metadataIds.add(metadataDiscordId);
		this.created[at] = createdAt.getTime();
		this.kinds[at] = this.placeOf({ status, prices, shownPrices, cancelAtPeriodEnd, collectionPaused });
		this.next[at] = next;
		return at;
	}

	public createdAt(at: number): number {
		return this.created[at] ?? 0;
	}

	public nextOf(at: number): number {
		return this.next[at] ?? END_OF_CHAIN;
	}

	public kindOf(at: number): Kind {
		return this.knownKinds[this.kinds[at] ?? 0] as Kind;
	}

	private placeOf(kind: Kind): number {
		const key = JSON.stringify([kind.status, kind.cancelAtPeriodEnd, kind.collectionPaused, kind.prices, kind.shownPrices]);
		const known = this.kindIndexes.get(key);
		if (known !== undefined) return known;
		this.kindIndexes.set(key, this.knownKinds.length);
		return this.knownKinds.push(kind) - 1;
	}
}

/** A subscription in the columns. */
class StoredSubscription implements Subscription {
	readonly #columns: SubscriptionColumns;
	readonly #at: number;
	public readonly customerId: string;

	public constructor(columns: SubscriptionColumns, customerId: string, at: number) {
		this.#columns = columns;
		this.#at = at;
		this.customerId = customerId;
	}

	public get id(): string {
		return this.#columns.ids.at(this.#at) ?? '';
	}

	public get status(): string {
		return this.#columns.kindOf(this.#at).status;
	}

	public get prices(): readonly string[] {
		return this.#columns.kindOf(this.#at).prices;
	}

	public get shownPrices(): readonly string[] {
		return this.#columns.kindOf(this.#at).shownPrices;
	}

	public get createdAt(): Date {
		return new Date(this.#columns.createdAt(this.#at));
	}

	public get unpaidSince(): Date | null {
		return isPastDue(this.status) ? (this.#columns.unpaidSince.get(this.id) ?? null) : null;
	}

	public get metadataDiscordId(): string | null {
		return this.#columns.metadataIds.at(this.#at);
	}

	public get cancelAtPeriodEnd(): boolean {
		return this.#columns.kindOf(this.#at).cancelAtPeriodEnd;
	}

	public get collectionPaused(): boolean {
		return this.#columns.kindOf(this.#at).collectionPaused;
	}
}
