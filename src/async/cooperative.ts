import { setImmediate } from 'node:timers/promises';

/** Long work done in portions: each `yield` ends one, so that whoever does the work may attend to something else in between. */
export type Cooperative<Result = void> = Generator<undefined, Result, undefined>;

/** How many things make a portion: comparing so many takes some ten milliseconds. By count, and not by the clock: work stays pure. */
export const YIELD_EVERY = 4_000;

/** Sees one thing after the other, a portion at a time. */
export function* forEachYielding<Thing>(things: Iterable<Thing>, see: (thing: Thing) => void): Cooperative {
	let seen = 0;
	for (const thing of things) {
		see(thing);
		seen += 1;
		if (seen % YIELD_EVERY === 0) yield;
	}
}

/** Does it all without a pause. */
export function runToCompletion<Result>(work: Cooperative<Result>): Result {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
	}
}
/** Does work with a turn of the event loop after every portion: a command that comes meanwhile waits for a portion, not for the whole. */
export async function runCooperatively<Result>(work: Cooperative<Result>): Promise<Result> {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
		await setImmediate();
	}
}
