import type { CatalogPrice } from '../../reconciliation/domain/catalog.js';
import { count } from './format.js';
import { plainName } from './text.js';

/** Prices as operators read them, in plain text: escape it where Discord renders markdown. */

/** Stripe counts these in whole units, and these in thousandths; all others in hundredths, also those whose coins no longer exist. */
const WHOLE = new Set(['bif', 'clp', 'djf', 'gnf', 'jpy', 'kmf', 'krw', 'mga', 'pyg', 'rwf', 'vnd', 'vuv', 'xaf', 'xof', 'xpf']);
const THOUSANDTHS = new Set(['bhd', 'jod', 'kwd', 'omr', 'tnd']);

/** Stripe's smallest amount: a trillionth of the currency's smallest unit. */
const MAX_DIGITS = 14;

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
	return isMetered ? `${money(amount, currency)} a unit, ${period}` : `${money(amount, currency)} ${period}`;
}

function money(amount: string, currency: string): string {
	const code = currency.toUpperCase();
	const style = { style: 'currency', currency: code } as const;
	const usual = WHOLE.has(currency) ? 0 : (new Intl.NumberFormat('en-US', style).resolvedOptions().minimumFractionDigits ?? 2);
	const units = Number(amount) / (WHOLE.has(currency) ? 1 : THOUSANDTHS.has(currency) ? 1000 : 100);
	return new Intl.NumberFormat('en-US', { ...style, minimumFractionDigits: usual, maximumFractionDigits: MAX_DIGITS })
		.format(units)
		.replace(/\u00A0/g, ' ');
}
