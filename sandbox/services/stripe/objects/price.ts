import Stripe from 'stripe';
import type { PriceRecord, ProductRecord } from '../records/records.js';

export function priceObject({ id, created, product, amount, ...price }: PriceRecord, livemode: boolean): Stripe.Price {
	return {
		id,
		object: 'price',
		active: price.active,
		billing_scheme: amount === null ? 'tiered' : 'per_unit',
		created,
		currency: price.currency,
		custom_unit_amount: null,
		livemode,
		lookup_key: null,
		metadata: {},
		nickname: price.nickname,
		product: product.id,
		recurring: {
			interval: price.interval,
			interval_count: price.intervalCount,
			meter: null,
			trial_period_days: null,
			usage_type: price.usage
		},
		tax_behavior: 'unspecified',
		tiers_mode: amount === null ? 'volume' : null,
		transform_quantity: price.package && { divide_by: price.package.size, round: price.package.round },
		type: 'recurring',
		unit_amount: wholeOrNull(amount),
		unit_amount_decimal: amount === null ? null : Stripe.Decimal.from(String(amount))
	};
}

/** Amounts with fractions of the smallest unit are in the decimal field alone. */
function wholeOrNull(amount: number | null): number | null {
	return Number.isInteger(amount) ? amount : null;
}

/** The legacy form of a price, which subscription items still have. */
export function planObject({ id, created, product, amount, ...price }: PriceRecord, livemode: boolean): Stripe.Plan {
	return {
		id,
		object: 'plan',
		active: price.active,
		amount: wholeOrNull(amount),
		amount_decimal: amount === null ? null : Stripe.Decimal.from(String(amount)),
		billing_scheme: amount === null ? 'tiered' : 'per_unit',
		created,
		currency: price.currency,
		interval: price.interval,
		interval_count: price.intervalCount,
		livemode,
		metadata: {},
		meter: null,
		nickname: price.nickname,
		product: product.id,
		tiers_mode: amount === null ? 'volume' : null,
		transform_usage: price.package && { divide_by: price.package.size, round: price.package.round },
		trial_period_days: null,
		usage_type: price.usage
	};
}

export function productObject({ id, created, name, price }: ProductRecord, livemode: boolean): Stripe.Product {
	return {
		id,
		object: 'product',
		active: true,
		created,
		default_price: price,
		description: null,
		images: [],
		livemode,
		marketing_features: [],
		metadata: {},
		name,
		package_dimensions: null,
		shippable: null,
		statement_descriptor: null,
		tax_code: null,
		tax_details: null,
		type: 'service',
		unit_label: null,
		updated: created,
		url: null
	};
}
