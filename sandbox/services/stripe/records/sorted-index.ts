/** Lists in Stripe's order: newest first, then by descending ID. A page costs a binary search plus its length. */

export interface Key {
	readonly id: string;
	readonly created: number;
}

/** A list in that order, or a view of one. */
export interface Ordered<T extends Key> {
	readonly length: number;
	at(index: number): T;
}

export class SortedIndex<T extends Key> implements Ordered<T> {
	/** @param items - sorted; owned by the index from now on */
	public constructor(private readonly items: T[] = []) {}

	public static sorted<T extends Key>(items: readonly T[]): SortedIndex<T> {
		return new SortedIndex([...items].sort(compare));
	}

	public get length(): number {
		return this.items.length;
	}

	public at(index: number): T {
		const item = this.items[index];
		if (item === undefined) throw new RangeError(`no item ${index}`);
		return item;
	}

	public all(): readonly T[] {
		return this.items;
	}

	/** For loading: the item must be older than all others. */
	public append(item: T): void {
		this.items.push(item);
	}

	public insert(item: T): void {
		this.items.splice(
			firstWhere(this, (other) => compare(other, item) >= 0),
			0,
			item
		);
	}

	/** Call before the item's key changes. */
	public remove(item: T): void {
		const index = firstWhere(this, (other) => compare(other, item) >= 0);
		if (this.items[index] === item) this.items.splice(index, 1);
	}
}

/** A view that maps each item of a list, in the same order. */
export function view<S extends Key, T extends Key>(source: Ordered<S>, make: (item: S) => T): Ordered<T> {
	return { length: source.length, at: (index) => make(source.at(index)) };
}

export interface PageQuery<T> {
	readonly limit: number;
	/** Bounds of `created`, both inclusive. */
	readonly from?: number;
	readonly to?: number;
	readonly after?: Key;
	readonly before?: Key;
	readonly keep?: (item: T) => boolean;
}

export interface Page<T> {
	readonly data: T[];
	readonly more: boolean;
}

/** One page of the merged sources, newest first. With `before`, the page that ends just before that key. */
export function paginate<T extends Key>(sources: readonly Ordered<T>[], { limit, from, to, after, before, keep }: PageQuery<T>): Page<T> {
	const backwards = before !== undefined;
	const windows = sources.map((source) => {
		let start = to === undefined ? 0 : firstWhere(source, (item) => item.created <= to);
		let end = from === undefined ? source.length : firstWhere(source, (item) => item.created < from);
		if (after)
			start = Math.max(
				start,
				firstWhere(source, (item) => compare(item, after) > 0)
			);
		if (before)
			end = Math.min(
				end,
				firstWhere(source, (item) => compare(item, before) >= 0)
			);
		return { source, start, end };
	});
	const data: T[] = [];
	for (;;) {
		let next: { window: (typeof windows)[number]; item: T } | undefined;
		for (const window of windows) {
			if (window.start >= window.end) continue;
			const item = window.source.at(backwards ? window.end - 1 : window.start);
			if (!next || compare(item, next.item) < 0 !== backwards) next = { window, item };
		}
		if (!next) break;
		if (backwards) next.window.end -= 1;
		else next.window.start += 1;
		if (keep && !keep(next.item)) continue;
		if (data.length === limit) return { data: backwards ? data.reverse() : data, more: true };
		data.push(next.item);
	}
	return { data: backwards ? data.reverse() : data, more: false };
}

/** Negative if `a` comes first. */
function compare(a: Key, b: Key): number {
	if (a.created !== b.created) return b.created - a.created;
	return a.id === b.id ? 0 : a.id > b.id ? -1 : 1;
}

/** Binary search for the first index at which `holds` is true, given that it stays true from there. */
function firstWhere<T extends Key>(source: Ordered<T>, holds: (item: T) => boolean): number {
	let low = 0;
	let high = source.length;
	while (low < high) {
		const middle = (low + high) >>> 1;
		if (holds(source.at(middle))) high = middle;
		else low = middle + 1;
	}
	return low;
}
