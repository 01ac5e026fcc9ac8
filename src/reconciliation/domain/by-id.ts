/** Things by their IDs, in no order that matters: a Map, or something that costs less. */
export interface ById<Thing> {
	readonly size: number;
	has(id: string): boolean;
	get(id: string): Thing | undefined;
	values(): Iterable<Thing>;
}
