/** A read-only collection by ID, without a meaningful order: a Map, or something that needs less memory. */
export interface ById<Item> {
	readonly size: number;
	has(id: string): boolean;
	get(id: string): Item | undefined;
	values(): Iterable<Item>;
}
