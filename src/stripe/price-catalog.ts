import type Stripe from 'stripe';
import type { CatalogPrice, PriceCatalog } from '../reconciliation/domain/catalog.js';
import { NotAllowedError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { idOf, isPurchased } from './convert.js';
import { readCurrentSubscriptions } from './current-subscriptions.js';
import { PAGE_SIZE, readList } from './lists/paginate.js';
import { createQuickRequester, type StripeAccess } from './quick-request.js';

/** For reading subscriptions: an operator is waiting. */
const READING_MS = 5_000;

type RecurringPrice = Stripe.Price & { readonly recurring: Stripe.Price.Recurring };

/**
 * Reads the recurring prices that are sold, or paid by someone, with their products' names and the number of subscriptions to each. One
 * request for each hundred subscriptions, prices and products. A price in a subscription carries its amount, so a key that may not read
 * prices misses only those that no one pays.
 * @throws {SourceError}
 */
export async function readPriceCatalog(access: StripeAccess): Promise<PriceCatalog> {
	const request = createQuickRequester(access);
	const missing: string[] = [];
	/** The answer of a reading that the key may not allow; `without` is the consequence. */
	const ifAllowed = async <Answer>(reading: Promise<Answer[]>, without: string): Promise<Answer[]> => {
		try {
			return await reading;
		} catch (error) {
			if (!(error instanceof NotAllowedError)) throw error;
			missing.push(`${error.message} ${without}`);
			return [];
		}
	};
	const [{ prices: paid, ...reading }, sold] = await Promise.all([
		readPaidPrices(request),
		ifAllowed(listSoldPrices(request), 'Without it, prices that no one pays yet are not listed.')
	]);
	const subscriptionsOf = new Map([...paid].map(([id, { subscriptions }]) => [id, subscriptions]));
	const prices = new Map([...[...paid.values()].map(({ price }) => price), ...sold].filter(isRecurring).map((price) => [price.id, price]));
	const products = await ifAllowed(
		listProducts(request, new Set([...prices.values()].map(({ product }) => idOf(product)))),
		'Without it, prices are shown without the names of their products.'
	);
	const nameOf = new Map(products.map(({ id, name }) => [id, name]));
	const catalog = [...prices.values()].map((price) => toCatalogPrice(price, nameOf, subscriptionsOf.get(price.id) ?? 0));
	return { ...reading, missing, prices: catalog.sort((a, b) => b.subscriptions - a.subscriptions || (a.id < b.id ? -1 : 1)) };
}

interface Paid {
	readonly price: Stripe.Price;
	readonly subscriptions: number;
}

async function readPaidPrices(
	request: StripeRequest
): Promise<{ readonly prices: ReadonlyMap<string, Paid>; readonly read: number; readonly complete: boolean }> {
	const prices = new Map<string, Paid>();
	const reading = await readCurrentSubscriptions(request, READING_MS, (items) => {
		const bought = new Map(items.filter(isPurchased).map(({ price }) => [price.id, price]));
		for (const [id, price] of bought) prices.set(id, { price, subscriptions: (prices.get(id)?.subscriptions ?? 0) + 1 });
	});
	return { prices, ...reading };
}

function listSoldPrices(request: StripeRequest): Promise<Stripe.Price[]> {
	return readList<Stripe.Price>(request, {
		resource: 'Prices',
		listPage: (stripe, page) => stripe.prices.list({ ...page, active: true, type: 'recurring' })
	});
}

/** Lists these products, archived ones included. */
async function listProducts(request: StripeRequest, ids: ReadonlySet<string>): Promise<Stripe.Product[]> {
	const wanted = [...ids];
	const parts = Array.from({ length: Math.ceil(wanted.length / PAGE_SIZE) }, (_, part) =>
		wanted.slice(part * PAGE_SIZE, (part + 1) * PAGE_SIZE)
	);
	const lists = await Promise.all(
		parts.map((part) =>
			readList<Stripe.Product>(request, {
				resource: 'Products',
				listPage: (stripe, page) => stripe.products.list({ ...page, ids: part })
			})
		)
	);
	return lists.flat();
}

function isRecurring(price: Stripe.Price): price is RecurringPrice {
	return price.recurring !== null && price.recurring !== undefined;
}

function toCatalogPrice(price: RecurringPrice, nameOf: ReadonlyMap<string, string>, subscriptions: number): CatalogPrice {
	const productId = idOf(price.product);
	return {
		id: price.id,
		productId,
		productName: nameOf.get(productId) ?? null,
		nickname: price.nickname,
		amount: price.billing_scheme === 'tiered' || price.unit_amount_decimal === null ? null : String(price.unit_amount_decimal),
		currency: price.currency,
		interval: price.recurring.interval,
		intervalCount: price.recurring.interval_count,
		isMetered: price.recurring.usage_type === 'metered',
		isArchived: !price.active,
		subscriptions
	};
}
