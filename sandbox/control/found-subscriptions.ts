/** The answer to `GET /api/subscriptions`. Times are epoch seconds. */
export interface FoundSubscriptions {
	readonly total: number;
	/** The newest first. */
	readonly subscriptions: readonly FoundSubscription[];
}

export interface FoundSubscription {
	readonly id: string;
	readonly status: string;
	readonly items: readonly { readonly price: string; readonly quantity: number }[];
	readonly periodEnd: number;
	readonly cancelAtPeriodEnd: boolean;
	/** First failed payment of the current debt. */
	readonly failedAt: number | null;
	readonly endedAt: number | null;
	readonly customer: { readonly id: string; readonly email: string | null; readonly name: string | null };
	/** Linked to it by metadata or a row. */
	readonly people: readonly { readonly id: string; readonly username: string }[];
}
