import type { SortedIndex } from './sorted-index.js';

/** What is kept of Stripe's objects: little enough for a million of them. The objects themselves are built for the page that is asked for. */

export interface CustomerRecord {
	readonly id: string;
	created: number;
	email: string | null;
	name: string | null;
	metadata: Readonly<Record<string, string>>;
	deleted: boolean;
	subscriptions: SortedIndex<SubscriptionRecord> | null;
}

export interface ItemRecord {
	readonly price: string;
	readonly quantity: number;
}

interface PauseRecord {
	readonly behavior: string;
	readonly resumes_at: number | null;
}

export interface SubscriptionRecord {
	readonly id: string;
	readonly customer: CustomerRecord;
	created: number;
	status: string;
	items: readonly ItemRecord[];
	metadata: Readonly<Record<string, string>>;
	cancelAtPeriodEnd: boolean;
	pause: PauseRecord | null;
	/** When it came to its end, for those that are canceled or never began. */
	endedAt: number | null;
	/** Its invoices beyond the first one, the oldest first. */
	invoices: readonly InvoiceRecord[];
}

export interface InvoiceRecord {
	readonly id: string;
	readonly created: number;
	readonly subscription: SubscriptionRecord;
	status: 'draft' | 'open' | 'paid' | 'void';
	paidAt: number | null;
	voidedAt: number | null;
	/** The invoice that began the subscription, not one of a later period. */
	readonly first: boolean;
}

export interface PriceRecord {
	readonly id: string;
	readonly created: number;
	readonly product: ProductRecord;
	readonly amount: number;
}

export interface ProductRecord {
	readonly id: string;
	readonly created: number;
	readonly name: string;
	readonly price: string;
}

export const hasEnded = (status: string) => status === 'canceled' || status === 'incomplete_expired';

export const isOverdue = (status: string) => status === 'past_due' || status === 'unpaid';
