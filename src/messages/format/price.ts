import type { CatalogPrice } from '../../reconciliation/domain/catalog.js';
import { count } from './format.js';
import { fullAmount } from './money.js';
import { plainName } from './text.js';

/** Prices as operators read them, in plain text: escape it where Discord renders markdown. */

/** "Lord · $29.00 a month · 41 subscribers". @param complete - whether all subscriptions were counted */
export function priceLine(price: CatalogPrice, complete = true): string {
	const { subscriptions, isArchived } = price;
	const counted = complete || subscriptions === 0 ? count(subscriptions, 'subscriber') : `at least ${count(subscriptions, 'subscriber')}`;
	return [priceName(price), priceAmount(price), counted, ...(isArchived ? ['archived'] : [])].join(' · ');
}

/** "Lord", "Lord (Founders)"; the price's ID where no name is known. */
export function priceName({ id, productName, nickname }: Pick<CatalogPrice, 'id' | 'productName' | 'nickname'>): string {
	const [product, own] = [productName, nickname].map((name) => (name?.trim() ? plainName(name) : null));
	if (product) return own && own !== product ? `${product} (${own})` : product;
	return own ?? id;
}

/** "$29.00 a month", "¥500 every 3 months", "tiered, a year", "$0.05 a unit, a month". */
export function priceAmount({
	amount,
	currency,
	interval,
	intervalCount,
	isMetered
}: Pick<CatalogPrice, 'amount' | 'currency' | 'interval' | 'intervalCount' | 'isMetered'>): string {
	const period = intervalCount === 1 ? `a ${interval}` : `every ${intervalCount} ${interval}s`;
	if (amount === null) return `tiered, ${period}`;
	return isMetered ? `${fullAmount(Number(amount), currency)} a unit, ${period}` : `${fullAmount(Number(amount), currency)} ${period}`;
}
