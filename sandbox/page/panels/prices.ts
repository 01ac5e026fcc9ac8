import type { FoundSubscription, Price } from '../client/api.js';

/** Prices and amounts as a person reads them. */

/** No role is configured for it. Stripe has it once it is bought. */
const NEW_PRICE: Price = {
	id: 'price_newsletter',
	name: 'Newsletter',
	nickname: null,
	amount: 500,
	currency: 'usd',
	interval: 'month',
	intervalCount: 1,
	created: 0,
	active: true,
	usage: 'licensed',
	package: null
};

/** What can be sold: Stripe's prices, and a new one. */
export function offered(prices: readonly Price[]): readonly Price[] {
	return prices.some(({ id }) => id === NEW_PRICE.id) ? prices : [...prices, NEW_PRICE];
}

export function priceName(id: string, prices: readonly Price[]): string {
	return prices.find((each) => each.id === id)?.name ?? id;
}

/** The name with what a unit costs, such as `Knight, $9.00 a month`. */
export function priceText({ name, amount, currency, interval, intervalCount }: Price): string {
	if (amount === null) return `${name}, by tiers`;
	const format = new Intl.NumberFormat('en', { style: 'currency', currency });
	const units = 10 ** (format.resolvedOptions().maximumFractionDigits ?? 2);
	const every = intervalCount === 1 ? `a ${interval}` : `every ${intervalCount} ${interval}s`;
	return `${name}, ${format.format(amount / units)} ${every}`;
}

/** What is bought, such as `Knight, $9.00 a month × 3`. */
export function itemsText({ items }: FoundSubscription, prices: readonly Price[]): string {
	return items
		.map(({ price, quantity }) => {
			const known = prices.find(({ id }) => id === price);
			return `${known ? priceText(known) : price}${quantity === 1 ? '' : ` × ${quantity}`}`;
		})
		.join(' + ');
}
