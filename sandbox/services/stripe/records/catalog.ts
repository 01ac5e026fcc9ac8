import type { PriceRecord, ProductRecord } from './records.js';
import { SortedIndex } from './sorted-index.js';

/** Products and prices. */

const CREATED = Date.UTC(2020, 0, 1) / 1000;
const KNOWN_AMOUNTS: Readonly<Record<string, number>> = { price_knight: 900, price_lord: 2900 };
const DEFAULT_AMOUNT = 500;

export class Catalog {
	public readonly prices = new SortedIndex<PriceRecord>();
	private readonly pricesById = new Map<string, PriceRecord>();
	private readonly productsById = new Map<string, ProductRecord>();

	public price(id: string): PriceRecord | undefined {
		return this.pricesById.get(id);
	}

	public product(id: string): ProductRecord | undefined {
		return this.productsById.get(id);
	}

	/** Returns the price, creating it with a product of its name if it is unknown. */
	public ensurePrice(id: string): PriceRecord {
		const known = this.pricesById.get(id);
		if (known) return known;
		const name = id.replace(/^price_/, '');
		const created = CREATED + this.pricesById.size;
		const product: ProductRecord = { id: `prod_${name}`, created, name: name.charAt(0).toUpperCase() + name.slice(1), price: id };
		const price: PriceRecord = { id, created, product, amount: KNOWN_AMOUNTS[id] ?? DEFAULT_AMOUNT };
		this.productsById.set(product.id, product);
		this.pricesById.set(id, price);
		this.prices.insert(price);
		return price;
	}
}

export function createCatalog(): Catalog {
	const made = new Catalog();
	for (const id of Object.keys(KNOWN_AMOUNTS)) made.ensurePrice(id);
	return made;
}
