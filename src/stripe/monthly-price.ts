import type Stripe from 'stripe';
import type { MonthlyPrice } from '../reconciliation/domain/money.js';
import { isTime } from './inspect.js';

/**
 * What a subscription costs a month, before tax, from what is read anyway. A year is 12 months, 52 weeks or 365 days. The result is exact,
 * and rounded once, to the currency's smallest unit.
 *
 * Part of the price is unknown, and counts as 0, if it is tiered (a list of subscriptions cannot contain tiers), metered, or discounted by
 * a coupon that did not come with the subscription. Which products a coupon is restricted to does not come with it either: a discount
 * counts, as the least that may be paid. A coupon that is used once does not change what a month costs.
 */

/** A numerator and a denominator. */
type Fraction = readonly [bigint, bigint];

const ZERO: Fraction = [0n, 1n];

/** An amount; `isMinimum`: it may be more. */
interface Cost {
	readonly amount: Fraction;
	readonly isMinimum: boolean;
}

const UNKNOWN: Cost = { amount: ZERO, isMinimum: true };

const INTERVALS_PER_YEAR: Readonly<Record<string, bigint>> = { day: 365n, week: 52n, month: 12n, year: 1n };
const MONTHS_PER_YEAR = 12n;

/** Prices paid at the same intervals are on the same invoices, and so share discounts. */
interface Interval {
	readonly perYear: Fraction;
	readonly costs: Cost[];
}

export interface PricedSubscription {
	readonly subscription: Pick<Stripe.Subscription, 'discounts'>;
	readonly customer: Stripe.Customer | Stripe.DeletedCustomer;
	/** All items; the subscription itself may contain only the first few. */
	readonly items: readonly Stripe.SubscriptionItem[];
	/** What is odd about it: an item may be missing. */
	readonly problems: readonly string[];
}

/** @param nowSeconds - discounts that ended before do not count. Epoch seconds @returns null if nothing is known */
export function monthlyPrice({ subscription, customer, items, problems }: PricedSubscription, nowSeconds: number): MonthlyPrice | null {
	const currency = onlyCurrency(items);
	if (currency === null) return null;
	const discounts = discountsOf(subscription, customer);
	let total: Cost = { amount: ZERO, isMinimum: problems.length > 0 };
	for (const { perYear, costs } of byInterval(items, currency, nowSeconds)) {
		const { amount, isMinimum } = discounted(costs.reduce(plus), discounts, currency, nowSeconds);
		total = plus(total, { amount: times(amount, [perYear[0], perYear[1] * MONTHS_PER_YEAR]), isMinimum });
	}
	const amount = rounded(total.amount);
	if (!Number.isSafeInteger(amount) || (amount === 0 && total.isMinimum)) return null;
	return { currency, amount, isMinimum: total.isMinimum };
}

/** Stripe's items of one subscription all have one currency. */
function onlyCurrency(items: readonly Stripe.SubscriptionItem[]): string | null {
	const currency: unknown = items[0]?.price.currency;
	const isCurrency = typeof currency === 'string' && /^[a-z]{3}$/.test(currency);
	return isCurrency && items.every(({ price }) => price.currency === currency) ? currency : null;
}

function byInterval(items: readonly Stripe.SubscriptionItem[], currency: string, nowSeconds: number): Iterable<Interval> {
	const intervals = new Map<string, Interval>();
	for (const item of items) {
		const { recurring } = item.price;
		const perYear = INTERVALS_PER_YEAR[recurring?.interval ?? ''];
		const count = wholeNumber(recurring?.interval_count);
		const isKnown = perYear !== undefined && count !== null && count > 0n;
		const key = isKnown ? `${perYear}/${count}` : '';
		const interval: Interval = intervals.get(key) ?? { perYear: isKnown ? [perYear, count] : ZERO, costs: [] };
		interval.costs.push(isKnown ? discounted(costOf(item), item.discounts, currency, nowSeconds) : UNKNOWN);
		intervals.set(key, interval);
	}
	return intervals.values();
}

/** What an item costs on an invoice, before discounts. */
function costOf({ price, quantity: given }: Stripe.SubscriptionItem): Cost {
	const unit = decimal(price.unit_amount_decimal ?? price.unit_amount);
	const quantity = wholeNumber(given);
	if (price.billing_scheme !== 'per_unit' || price.recurring?.usage_type !== 'licensed' || unit === null || quantity === null)
		return UNKNOWN;
	const units = price.transform_quantity ? packages(quantity, price.transform_quantity) : quantity;
	return units === null ? UNKNOWN : { amount: times(unit, [units, 1n]), isMinimum: false };
}

/** A price for packages: 25 at 10 a package are 3 packages, or 2 if it rounds down. */
function packages(quantity: bigint, { divide_by, round }: Stripe.Price.TransformQuantity): bigint | null {
	const size = wholeNumber(divide_by);
	if (size === null || size === 0n) return null;
	return round === 'up' ? (quantity + size - 1n) / size : round === 'down' ? quantity / size : null;
}

type Discounts = Stripe.Subscription['discounts'];

/** A customer's discount counts for subscriptions that have none of their own. */
function discountsOf({ discounts }: Pick<Stripe.Subscription, 'discounts'>, customer: Stripe.Customer | Stripe.DeletedCustomer): Discounts {
	if (discounts?.length !== 0 || customer.deleted || !customer.discount) return discounts;
	return [customer.discount];
}

/** Discounts apply one after the other, each to what the ones before leave. */
function discounted(cost: Cost, discounts: Discounts, currency: string, nowSeconds: number): Cost {
	if (!Array.isArray(discounts)) return UNKNOWN;
	let { amount, isMinimum } = cost;
	for (const discount of discounts) {
		if (typeof discount !== 'object' || discount === null) return UNKNOWN;
		if (isTime(discount.end) && discount.end <= nowSeconds) continue;
		const coupon = discount.source?.coupon;
		if (typeof coupon !== 'object' || coupon === null) return UNKNOWN;
		if (coupon.duration === 'once') continue;
		const left = amountLeft(amount, coupon, currency);
		if (left === null) return UNKNOWN;
		amount = left;
		isMinimum = true;
	}
	return { amount, isMinimum };
}

/** Null for a coupon that cannot be read, or is for another currency. */
function amountLeft(amount: Fraction, { percent_off, amount_off, currency: ofCoupon }: Stripe.Coupon, currency: string): Fraction | null {
	const percent = decimal(percent_off);
	if (percent !== null) return times(amount, notNegative(minus([1n, 1n], [percent[0], percent[1] * 100n])));
	const off = decimal(amount_off);
	return off === null || ofCoupon !== currency ? null : notNegative(minus(amount, off));
}

function plus(one: Cost, other: Cost): Cost {
	const [[a, b], [c, d]] = [one.amount, other.amount];
	return { amount: b === d ? [a + c, b] : [a * d + c * b, b * d], isMinimum: one.isMinimum || other.isMinimum };
}

function minus([a, b]: Fraction, [c, d]: Fraction): Fraction {
	return [a * d - c * b, b * d];
}

function times([a, b]: Fraction, [c, d]: Fraction): Fraction {
	return [a * c, b * d];
}

function notNegative(fraction: Fraction): Fraction {
	return fraction[0] < 0n ? ZERO : fraction;
}

/** To the nearest whole number, halves up. */
function rounded([numerator, denominator]: Fraction): number {
	return Number((numerator * 2n + denominator) / (denominator * 2n));
}

function wholeNumber(value: unknown): bigint | null {
	return Number.isSafeInteger(value) && (value as number) >= 0 ? BigInt(value as number) : null;
}

/** A number, or Stripe's decimal, of 0 or more. */
function decimal(value: unknown): Fraction | null {
	const [, whole, part = ''] = /^(\d+)(?:\.(\d+))?$/.exec(String(value ?? '')) ?? [];
	return whole === undefined ? null : [BigInt(whole + part), 10n ** BigInt(part.length)];
}
