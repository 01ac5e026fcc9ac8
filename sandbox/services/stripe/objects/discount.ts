import type Stripe from 'stripe';
import type { CouponRecord, CustomerRecord, DiscountRecord, SubscriptionRecord } from '../records/records.js';

/** Discounts: lists of them are IDs unless expanded, and so is the coupon of each. */

/** What a discount is of. */
interface Owner {
	readonly customer: CustomerRecord;
	readonly subscription: SubscriptionRecord | null;
	/** ID of the item. */
	readonly item: string | null;
	readonly start: number;
}

/** IDs of the discounts of a subscription or of an item. @param owner - its ID */
export function discountIds(owner: string, discounts: readonly DiscountRecord[] = []): string[] {
	return discounts.map((_, index) => `di_${owner}_${index + 1}`);
}

export function customerDiscount(customer: CustomerRecord): Stripe.Discount | null {
	if (customer.discount === null) return null;
	return discountObject(`di_${customer.id}`, customer.discount, { customer, subscription: null, item: null, start: customer.created });
}

/** Finds a discount of a subscription or an item by an ID of {@link discountIds}. @param subscriptionOf - a subscription by its ID */
export function findDiscount(subscriptionOf: (id: string) => SubscriptionRecord | undefined, id: string): Stripe.Discount | undefined {
	const [, ofItem, item = '', number = ''] = /^di_(?:si_(.+)_(\d+)|.+)_(\d+)$/.exec(id) ?? [];
	const subscription = subscriptionOf(ofItem ?? id.slice('di_'.length, -`_${number}`.length));
	if (subscription === undefined) return undefined;
	const discounts = ofItem === undefined ? subscription.discounts : subscription.items[Number(item) - 1]?.discounts;
	const found = discounts?.[Number(number) - 1];
	const { customer, created: start } = subscription;
	return found && discountObject(id, found, { customer, subscription, item: ofItem === undefined ? null : `si_${ofItem}_${item}`, start });
}

function discountObject(id: string, { coupon, end }: DiscountRecord, owner: Owner): Stripe.Discount {
	return {
		id,
		object: 'discount',
		checkout_session: null,
		customer: owner.customer.id,
		customer_account: null,
		end,
		invoice: null,
		invoice_item: null,
		promotion_code: null,
		source: { coupon, type: 'coupon' },
		start: owner.start,
		subscription: owner.subscription?.id ?? null,
		subscription_item: owner.item
	};
}

export function couponObject({ id, created, percentOff, amountOff, currency, duration }: CouponRecord, livemode: boolean): Stripe.Coupon {
	return {
		id,
		object: 'coupon',
		amount_off: amountOff,
		created,
		currency: amountOff === null ? null : currency,
		duration,
		duration_in_months: duration === 'repeating' ? MONTHS : null,
		livemode,
		max_redemptions: null,
		metadata: {},
		name: null,
		percent_off: percentOff,
		redeem_by: null,
		times_redeemed: 1,
		valid: true
	};
}

const MONTHS = 12;
