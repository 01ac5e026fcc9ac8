import type { ById } from './by-id.js';

/** A Stripe subscription, reduced to what the policy needs. */
export interface Subscription {
	readonly id: string;
	readonly customerId: string;
	/** As Stripe says it. The type is open: a status that the policy does not know is unknown, never unpaid. */
	readonly status: string;
	/** Price and product IDs of its items (those with a quantity above 0). */
	readonly prices: readonly string[];
	/** Those of `prices` that an operator recognises. */
	readonly shownPrices: readonly string[];
	readonly createdAt: Date;
	/** When its oldest open invoice fell due; only read for a subscription in debt. */
	readonly unpaidSince: Date | null;
	/** The value of the Discord ID metadata, as found. */
	readonly metadataDiscordId: string | null;
	readonly cancelAtPeriodEnd: boolean;
	readonly collectionPaused: boolean;
}

export interface Customer {
	readonly id: string;
	readonly email: string | null;
	readonly name: string | null;
	/** The value of the Discord ID metadata, as found. */
	readonly metadataDiscordId: string | null;
}

/** A customer and all that they have subscribed to. */
export interface Account {
	readonly customer: Customer;
	readonly subscriptions: readonly Subscription[];
}

/** By the customers' IDs. */
export type Accounts = ById<Account>;

/** Everything Stripe says, read whole. */
export interface BillingSnapshot {
	readonly accounts: Accounts;
	readonly subscriptionsRead: number;
	/** Null where there was no object to tell by. */
	readonly livemode: boolean | null;
	/** Customers of whom something changed while the list was read. */
	readonly changedCustomers: ReadonlySet<string>;
	/** Discord IDs that a customer changed meanwhile names now. */
	readonly changedDiscordIds: ReadonlySet<string>;
}
