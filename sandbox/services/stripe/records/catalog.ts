import type { CouponWorld, PriceWorld } from '../../core/world.js';
import type { Interval } from './periods.js';
import type { CouponRecord, PriceRecord, ProductRecord } from './records.js';
import { SortedIndex } from './sorted-index.js';

/** Products, prices and coupons. */

const CREATED = Date.UTC(2020, 0, 1) / 1000;
const KNOWN_AMOUNTS: Readonly<Record<string, number>> = { price_knight: 900, price_lord: 2900 };
const DEFAULT_AMOUNT = 500;
const DEFAULTS = {
	nickname: null,
	currency: 'usd',
	interval: 'month',
	intervalCount: 1,
	active: true,
	usage: 'licensed',
	package: null
} as const;

export class Catalog {
	public readonly prices = new SortedIndex<PriceRecord>();
	private readonly pricesById = new Map<string, PriceRecord>();
	private readonly productsById = new Map<string, ProductRecord>();
	private readonly couponsById = new Map<string, CouponRecord>();

	public price(id: string): PriceRecord | undefined {
		return this.pricesById.get(id);
	}

	public product(id: string): ProductRecord | undefined {
		return this.productsById.get(id);
	}

	public coupon(id: string): CouponRecord | undefined {
		return this.couponsById.get(id);
	}

	public addCoupon(coupon: CouponWorld): void {
		this.couponsById.set(coupon.id, { ...coupon, created: CREATED });
	}

	/** The currency of a subscription: that of its items. */
	public currencyOf(items: readonly { readonly price: string }[]): string {
		return this.pricesById.get(items[0]?.price ?? '')?.currency ?? DEFAULTS.currency;
	}

	/** How often the items of a subscription are charged. */
	public intervalOf(items: readonly { readonly price: string }[]): Interval {
		const price = this.pricesById.get(items[0]?.price ?? '') ?? DEFAULTS;
		return { unit: price.interval, count: price.intervalCount };
	}

	/** Returns the price, creating it with a product of its name if it is unknown. */
	public ensurePrice(id: string): PriceRecord {
		const known = this.pricesById.get(id);
		if (known) return known;
		const stem = stemOf(id);
		const name = stem.charAt(0).toUpperCase() + stem.slice(1);
		return this.setPrice({ ...DEFAULTS, id, name, amount: KNOWN_AMOUNTS[id] ?? DEFAULT_AMOUNT });
	}

	/** Adds a price with a product of its own, or replaces the one with its ID. */
	public setPrice({ id, name, ...given }: PriceWorld): PriceRecord {
		const replaced = this.pricesById.get(id);
		if (replaced) this.prices.remove(replaced);
		const created = replaced?.created ?? CREATED + this.pricesById.size;
		const product: ProductRecord = { id: `prod_${stemOf(id)}`, created, name, price: id };
		const price: PriceRecord = { ...given, id, created, product };
		this.productsById.set(product.id, product);
		this.pricesById.set(id, price);
		this.prices.insert(price);
		return price;
	}
}

const stemOf = (id: string) => id.replace(/^price_/, '');

export function createCatalog(): Catalog {
	const made = new Catalog();
	for (const id of Object.keys(KNOWN_AMOUNTS)) made.ensurePrice(id);
	return made;
}
