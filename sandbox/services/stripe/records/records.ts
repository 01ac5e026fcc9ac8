import type { Interval } from './periods.js';
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
	/** Whether a charge of the card fails. */
	cardDeclined: boolean;
	/** The clock whose time applies to the customer and the customer's subscriptions. */
	clock: TestClockRecord | null;
	subscriptions: SortedIndex<SubscriptionRecord> | null;
}

export interface TestClockRecord {
	readonly id: string;
	readonly created: number;
	readonly name: string | null;
	frozenTime: number;
	/** The time that it is advancing to; null if it is ready. */
	target: number | null;
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
	/** The start of a billing period, from which all others are counted. */
	anchor: number;
	status: string;
	items: readonly ItemRecord[];
	/** What the first invoice is for. */
	readonly firstItems: readonly ItemRecord[];
	discounts: readonly DiscountRecord[];
	metadata: Readonly<Record<string, string>>;
	cancelAtPeriodEnd: boolean;
	cancelAt: number | null;
	/** The end of the trial it began with, which may be over. */
	trialEnd: number | null;
	pause: PauseRecord | null;
	/** Set if the subscription was canceled or its first payment expired. */
	endedAt: number | null;
	/** Invoices after the first one, oldest first. */
	invoices: readonly InvoiceRecord[];
}

export interface InvoiceRecord {
	readonly id: string;
	created: number;
	readonly subscription: SubscriptionRecord;
	readonly items: readonly ItemRecord[];
	status: 'draft' | 'open' | 'paid' | 'uncollectible' | 'void';
	/** Whether Stripe finalizes the draft by itself. */
	readonly autoAdvance: boolean;
	/** Null for a draft. */
	finalizedAt: number | null;
	paidAt: number | null;
	voidedAt: number | null;
	/** Whether this is the subscription's first invoice. */
	readonly first: boolean;
	/** Payments that were tried. */
	attempts: number;
	/** One for each attempt that the sandbox has seen, oldest first. */
	charges: readonly ChargeRecord[];
}

export interface ChargeRecord {
	readonly id: string;
	created: number;
	readonly invoice: InvoiceRecord;
	readonly failed: boolean;
}

export interface RefundRecord {
	readonly id: string;
	created: number;
	readonly charge: ChargeRecord;
	/** In the currency's smallest unit. */
	readonly amount: number;
	readonly reason: 'duplicate' | 'fraudulent' | 'requested_by_customer' | null;
}

export interface DisputeRecord {
	readonly id: string;
	created: number;
	readonly charge: ChargeRecord;
	readonly amount: number;
	readonly reason: string;
	status: 'needs_response' | 'won' | 'lost';
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
	readonly interval: Interval['unit'];
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
