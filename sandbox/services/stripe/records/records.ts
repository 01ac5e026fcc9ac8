import type { SortedIndex } from './sorted-index.js';

/** Compact records, so that a million fit into memory. Stripe's objects are built per response. */

export interface CustomerRecord {
	readonly id: string;
	created: number;
	email: string | null;
	name: string | null;
	metadata: Readonly<Record<string, string>>;
	discount: DiscountRecord | null;
	deleted: boolean;
	subscriptions: SortedIndex<SubscriptionRecord> | null;
}

export interface ItemRecord {
	readonly price: string;
	readonly quantity: number;
	readonly discounts?: readonly DiscountRecord[] | undefined;
}

export interface DiscountRecord {
	/** ID of the coupon. */
	readonly coupon: string;
	readonly end: number | null;
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
	discounts: readonly DiscountRecord[];
	metadata: Readonly<Record<string, string>>;
	cancelAtPeriodEnd: boolean;
	pause: PauseRecord | null;
	/** Set if the subscription was canceled or its first payment expired. */
	endedAt: number | null;
	/** Invoices after the first one, oldest first. */
	invoices: readonly InvoiceRecord[];
}

export interface InvoiceRecord {
	readonly id: string;
	readonly created: number;
	readonly subscription: SubscriptionRecord;
	status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
	paidAt: number | null;
	voidedAt: number | null;
	/** Whether this is the subscription's first invoice. */
	readonly first: boolean;
}

export interface PriceRecord {
	readonly id: string;
	readonly created: number;
	readonly product: ProductRecord;
	readonly nickname: string | null;
	/** In the currency's smallest unit; null if the price is tiered. */
	readonly amount: number | null;
	/** Lower case, as Stripe writes it. */
	readonly currency: string;
	readonly interval: 'day' | 'week' | 'month' | 'year';
	readonly intervalCount: number;
	/** False once it is archived. */
	readonly active: boolean;
	readonly usage: 'licensed' | 'metered';
	readonly package: { readonly size: number; readonly round: 'up' | 'down' } | null;
}

export interface CouponRecord {
	readonly id: string;
	readonly created: number;
	readonly percentOff: number | null;
	readonly amountOff: number | null;
	readonly currency: string;
	readonly duration: 'forever' | 'repeating' | 'once';
}

export interface ProductRecord {
	readonly id: string;
	readonly created: number;
	readonly name: string;
	readonly price: string;
}

export const hasEnded = (status: string) => status === 'canceled' || status === 'incomplete_expired';

export const isOverdue = (status: string) => status === 'past_due' || status === 'unpaid';
