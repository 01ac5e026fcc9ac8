import type { Account, Accounts, Customer, ReadDebt, Subscription, SubscriptionItem } from '../domain/billing.js';
import type { MonthlyPrice } from '../domain/money.js';
import { isPastDue } from '../policy/entitlement.js';
import { doubled, StringColumn } from './columns.js';

/** Accounts of a few customers, in a Map; for a whole Stripe account see {@link CompactAccounts}. */
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

/** A view of the accounts with additional customers, who have no subscription. Customers that the accounts already have are ignored. */
export function accountsWith(accounts: Accounts, customers: Iterable<Customer>): Accounts {
	const extra = new Map<string, Account>();
	for (const customer of customers) if (!accounts.has(customer.id)) extra.set(customer.id, { customer, subscriptions: [] });
	return {
		size: accounts.size + extra.size,
		has: (id) => accounts.has(id) || extra.has(id),
		get: (id) => accounts.get(id) ?? extra.get(id),
		*values() {
			yield* accounts.values();
			yield* extra.values();
		}
	};
}

/** The index after the last subscription of a customer. */
const END_OF_CHAIN = -1;
const INITIAL_CAPACITY = 1_024;

/** Fields that many subscriptions share; each combination is stored once. */
type Kind = Pick<Subscription, 'status' | 'items' | 'cancelAtPeriodEnd' | 'collectionPaused' | 'monthlyPrice'>;

/**
 * All accounts of a Stripe account in columns: about 100 bytes each, where objects would take 500. Names and email addresses are
 * dropped, because no decision needs them. Accounts and subscriptions are views that read a field when it is accessed.
 */
export class CompactAccounts implements Accounts {
	public subscriptionCount = 0;
	/** Customer ID → index in the columns, in the order of insertion. */
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
		const index = this.indexes.get(customerId);
		return index === undefined ? undefined : new StoredAccount(this, customerId, index);
	}

	public *values(): IterableIterator<Account> {
		let index = 0;
		for (const customerId of this.indexes.keys()) {
			yield new StoredAccount(this, customerId, index);
			index += 1;
		}
	}

	/** Adds a subscription to its customer's account. Its debt is set by {@link setDebts}. */
	public add(customer: Pick<Customer, 'id' | 'metadataDiscordId'>, subscription: Subscription): void {
		let index = this.indexes.get(customer.id);
		if (index === undefined) {
			index = this.metadataIds.add(customer.metadataDiscordId);
			this.indexes.set(customer.id, index);
			if (index === this.firstSubscriptions.length) this.firstSubscriptions = doubled(this.firstSubscriptions);
			this.firstSubscriptions[index] = END_OF_CHAIN;
		}
		this.firstSubscriptions[index] = this.columns.add(subscription, this.firstSubscriptions[index] ?? END_OF_CHAIN);
		this.subscriptionCount += 1;
	}

	/** @param debts - by the ID of the subscription. Read only for those that are past due. */
	public setDebts(debts: ReadonlyMap<string, ReadDebt>): void {
		this.columns.debts = debts;
	}

	/** @param index - of the account */
	public metadataDiscordIdOf(index: number): string | null {
		return this.metadataIds.at(index);
	}

	/** @param index - of the customer's account */
	public subscriptionsOf(customerId: string, index: number): readonly Subscription[] {
		const subscriptions: Subscription[] = [];
		for (let next = this.firstSubscriptions[index] ?? END_OF_CHAIN; next !== END_OF_CHAIN; next = this.columns.nextOf(next))
			subscriptions.push(new StoredSubscription(this.columns, customerId, next));
		return subscriptions;
	}
}

/** A view of an account in the columns. Reads each field once. */
class StoredAccount implements Account {
	readonly #accounts: CompactAccounts;
	readonly #id: string;
	readonly #index: number;
	#customer: Customer | undefined;
	#subscriptions: readonly Subscription[] | undefined;

	public constructor(accounts: CompactAccounts, id: string, index: number) {
		this.#accounts = accounts;
		this.#id = id;
		this.#index = index;
	}

	public get customer(): Customer {
		this.#customer ??= { id: this.#id, email: null, name: null, metadataDiscordId: this.#accounts.metadataDiscordIdOf(this.#index) };
		return this.#customer;
	}

	public get subscriptions(): readonly Subscription[] {
		this.#subscriptions ??= this.#accounts.subscriptionsOf(this.#id, this.#index);
		return this.#subscriptions;
	}
}

class SubscriptionColumns {
	public debts: ReadonlyMap<string, ReadDebt> = new Map();
	/** Subscription ID → what it lacks. */
	public readonly unreadable = new Map<string, string>();
	/** Subscription ID → epoch seconds of the end that is decided; most have none. */
	public readonly ends = new Map<string, number>();
	/** IDs of subscriptions whose metadata could not be read. */
	public readonly lostLinks = new Set<string>();
	public readonly ids = new StringColumn();
	public readonly metadataIds = new StringColumn();
	private created = new Float64Array(INITIAL_CAPACITY);
	/** Epoch seconds; 0 for one without an end. */
	private ended = new Uint32Array(INITIAL_CAPACITY);
	private kinds = new Uint32Array(INITIAL_CAPACITY);
	/** Index of the customer's next subscription. */
	private next = new Int32Array(INITIAL_CAPACITY);
	private readonly knownKinds: Kind[] = [];
	private readonly kindIndexes = new Map<string, number>();

	/** @param next - index of the customer's next subscription @returns the index */
	public add(
		{
			id,
			status,
			items,
			cancelAtPeriodEnd,
			cancelAt,
			collectionPaused,
			monthlyPrice,
			createdAt,
			endedAt,
			metadataDiscordId,
			unreadable,
			isLinkLost
		}: Subscription,
		next: number
	): number {
		const index = this.ids.add(id);
		if (index === this.created.length) {
			this.created = doubled(this.created);
			this.ended = doubled(this.ended);
			this.kinds = doubled(this.kinds);
			this.next = doubled(this.next);
		}
		this.metadataIds.add(metadataDiscordId);
		if (unreadable !== null) this.unreadable.set(id, unreadable);
		if (cancelAt !== null) this.ends.set(id, cancelAt.getTime() / 1000);
		if (isLinkLost) this.lostLinks.add(id);
		this.created[index] = createdAt.getTime();
		this.ended[index] = endedAt === null ? 0 : endedAt.getTime() / 1000;
		this.kinds[index] = this.kindIndexOf({ status, items, cancelAtPeriodEnd, collectionPaused, monthlyPrice });
		this.next[index] = next;
		return index;
	}

	public createdAt(index: number): number {
		return this.created[index] ?? 0;
	}

	/** Epoch seconds; 0 for one without an end. */
	public endedAt(index: number): number {
		return this.ended[index] ?? 0;
	}

	public nextOf(index: number): number {
		return this.next[index] ?? END_OF_CHAIN;
	}

	public kindOf(index: number): Kind {
		return this.knownKinds[this.kinds[index] ?? 0] as Kind;
	}

	private kindIndexOf(kind: Kind): number {
		const key = JSON.stringify([kind.status, kind.cancelAtPeriodEnd, kind.collectionPaused, kind.items, kind.monthlyPrice]);
		const known = this.kindIndexes.get(key);
		if (known !== undefined) return known;
		this.kindIndexes.set(key, this.knownKinds.length);
		return this.knownKinds.push(kind) - 1;
	}
}

/** A view of a subscription in the columns. */
class StoredSubscription implements Subscription {
	readonly #columns: SubscriptionColumns;
	readonly #index: number;
	public readonly customerId: string;

	public constructor(columns: SubscriptionColumns, customerId: string, index: number) {
		this.#columns = columns;
		this.#index = index;
		this.customerId = customerId;
	}

	public get id(): string {
		return this.#columns.ids.at(this.#index) ?? '';
	}

	public get status(): string {
		return this.#columns.kindOf(this.#index).status;
	}

	public get items(): readonly SubscriptionItem[] {
		return this.#columns.kindOf(this.#index).items;
	}

	public get createdAt(): Date {
		return new Date(this.#columns.createdAt(this.#index));
	}

	public get endedAt(): Date | null {
		const seconds = this.#columns.endedAt(this.#index);
		return seconds === 0 ? null : new Date(seconds * 1000);
	}

	public get unpaidSince(): Date | null {
		return this.debt?.unpaidSince ?? null;
	}

	public get lastPaidAt(): Date | null {
		return this.debt?.lastPaidAt ?? null;
	}

	public get unreadable(): string | null {
		return this.#columns.unreadable.get(this.id) ?? this.debt?.unreadable ?? null;
	}

	public get isLinkLost(): boolean {
		return this.#columns.lostLinks.has(this.id);
	}

	private get debt(): ReadDebt | undefined {
		return isPastDue(this.status) ? this.#columns.debts.get(this.id) : undefined;
	}

	public get metadataDiscordId(): string | null {
		return this.#columns.metadataIds.at(this.#index);
	}

	public get cancelAtPeriodEnd(): boolean {
		return this.#columns.kindOf(this.#index).cancelAtPeriodEnd;
	}

	public get cancelAt(): Date | null {
		const seconds = this.#columns.ends.get(this.id);
		return seconds === undefined ? null : new Date(seconds * 1000);
	}

	public get collectionPaused(): boolean {
		return this.#columns.kindOf(this.#index).collectionPaused;
	}

	public get monthlyPrice(): MonthlyPrice | null {
		return this.#columns.kindOf(this.#index).monthlyPrice;
	}
}
