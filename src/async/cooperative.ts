import { setImmediate } from 'node:timers/promises';

/** Cooperative work: each `yield` is a point where the driver may return to the event loop. */
export type Cooperative<Result = void> = Generator<undefined, Result, undefined>;

/** Items between two yields: comparing this many members takes about 10 ms. A count instead of a clock keeps the work pure. */
export const YIELD_EVERY = 4_000;

/** Visits each item, yielding after every {@link YIELD_EVERY}. */
export function* forEachYielding<Item>(items: Iterable<Item>, visit: (item: Item) => void): Cooperative {
	let visited = 0;
	for (const item of items) {
		visit(item);
		visited += 1;
		if (visited % YIELD_EVERY === 0) yield;
	}
}

/** Runs the work without returning to the event loop. */
export function runToCompletion<Result>(work: Cooperative<Result>): Result {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
	}
}

/** Runs the work, returning to the event loop at each yield, so that commands stay responsive. */
export async function runCooperatively<Result>(work: Cooperative<Result>): Promise<Result> {
	for (;;) {
		const { done, value } = work.next();
		if (done) return value;
		await setImmediate();
	}
}
