/** The recurring prices of the billing provider, for operators who say what each buys. */

export interface CatalogPrice {
	readonly id: string;
	readonly productId: string;
	/** Name of the product; null if it could not be read. */
	readonly productName: string | null;
	/** What its owner calls the price, beside its product's name; null if nothing. */
	readonly nickname: string | null;
	/** Decimal number in the currency's smallest unit, such as "2900"; null if the price is tiered, or has no amount. */
	readonly amount: string | null;
	/** Three lower-case letters. */
	readonly currency: string;
	/** "day", "week", "month" or "year". */
	readonly interval: string;
	/** 3 with "month": paid every three months. */
	readonly intervalCount: number;
	/** Whether the amount is per unit of use. */
	readonly isMetered: boolean;
	/** No longer sold. */
	readonly isArchived: boolean;
	/** Number of subscriptions that may give a role now and contain this price, by those that were read. */
	readonly subscriptions: number;
}

export interface PriceCatalog {
	/** Those of most subscriptions first. */
	readonly prices: readonly CatalogPrice[];
	/** Number of subscriptions read: the newest that may give a role now. */
	readonly read: number;
	/** Whether these are all; otherwise each count is a minimum. */
	readonly complete: boolean;
	/** What the key may not read, what is therefore missing, and what to do: for operators. Empty if nothing is missing. */
	readonly missing: readonly string[];
}
