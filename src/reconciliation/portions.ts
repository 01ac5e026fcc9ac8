/** Long work done in portions: each `yield` ends one, so that whoever does the work may attend to something else in between. */
export type InPortions<Result = void> = Generator<undefined, Result, undefined>;

/** How many things make a portion: comparing so many takes some ten milliseconds. By count, and not by the clock: work stays pure. */
export const PORTION = 4_000;

/** Sees one thing after the other, a portion at a time. */
export function* inPortions<Thing>(things: Iterable<Thing>, see: (thing: Thing) => void): InPortions {
	let seen = 0;
	for (const thing of things) {
		see(thing);
		seen += 1;
		if (seen % PORTION === 0) yield;
	}
}

/** Does it all without a pause. */
export function atOnce<Result>(work: InPortions<Result>): Result {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
	}
}
