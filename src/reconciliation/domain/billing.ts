import type { ById } from './by-id.js';
import type { MonthlyPrice } from './money.js';

/** What the invoices of a subscription that is past due say about the debt. */
export interface Debt {
	/** When the oldest open invoice fell due that is newer than the last paid one. */
	readonly unpaidSince: Date | null;
	/** When the last paid invoice was paid: the debt began later. Null if none was, or if it is not needed to date the debt. */
	readonly lastPaidAt: Date | null;
}

/** A debt that may be undatable. */
export interface ReadDebt extends Debt {
	/** Why it cannot be dated: completes "sub_1 …". Null if it can. */
	readonly unreadable: string | null;
}

/** An object in Stripe that lacks something that Reeve needs. */
export interface OddObject {
	readonly id: string;
	/** Completes "sub_1 …", for operators. */
	readonly problem: string;
	/** Whether it could entitle anyone, because it is not known whose it is. */
	readonly couldBeAnyones: boolean;
}

/** A Stripe subscription, reduced to what the policy needs. The dates of a debt are null unless it is past due. */
export interface Subscription extends Debt {
	readonly id: string;
	readonly customerId: string;
	/** As Stripe reports it. An open type: a status that the policy does not know counts as unknown, never as unpaid. */
	readonly status: string;
	/** What it is for: those of its items that have a quantity above 0. */
	readonly items: readonly SubscriptionItem[];
	readonly createdAt: Date;
	/** When it ended; null while it runs, or if Stripe does not say. */
	readonly endedAt: Date | null;
	/** The value of the Discord ID metadata, as found. */
	readonly metadataDiscordId: string | null;
	/** What it lacks that Reeve needs: what it gives is unknown, unless it is over. Completes "sub_1 …"; null if nothing. */
	readonly unreadable: string | null;
	/** Whether its metadata could not be read: it may link it to a member. */
	readonly isLinkLost: boolean;
	readonly cancelAtPeriodEnd: boolean;
	/** When it will end, if that is decided; null if not. */
	readonly cancelAt: Date | null;
	readonly collectionPaused: boolean;
	/** What it costs a month; of an ended one, what it would cost now. Null if nothing is known. */
	readonly monthlyPrice: MonthlyPrice | null;
}

export interface SubscriptionItem {
	/** ID of the price. */
	readonly price: string;
	/** ID of the price's product. */
	readonly product: string;
}

export interface Customer {
	readonly id: string;
	readonly email: string | null;
	readonly name: string | null;
	/** The value of the Discord ID metadata, as found. */
	readonly metadataDiscordId: string | null;
}

/** A customer and all their subscriptions. */
export interface Account {
	readonly customer: Customer;
	readonly subscriptions: readonly Subscription[];
}

/** By customer ID. */
export type Accounts = ById<Account>;

/** Customers that cannot be read, by ID: Stripe does not have them in this account and mode, or they were deleted. */
export type MissingCustomers = ReadonlyMap<string, 'unknown' | 'deleted'>;

/** A complete reading of Stripe. */
export interface BillingSnapshot {
	readonly accounts: Accounts;
	readonly subscriptionsRead: number;
	/** Null if the account has no object that shows it. */
	readonly livemode: boolean | null;
	readonly oddObjects: readonly OddObject[];
	/** IDs of customers that changed while the list was read. */
	readonly changedCustomers: ReadonlySet<string>;
	/** Discord IDs that the metadata of these customers names now. */
	readonly changedDiscordIds: ReadonlySet<string>;
	/** Of the customers that were asked for one by one. */
	readonly missingCustomers: MissingCustomers;
}
