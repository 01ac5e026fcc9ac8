/** Many rows are written, or looked up, a thousand to a statement: whoever else waits for the embedded database waits for one. */
export const BATCH = 1_000;

export function* batches<T>(all: readonly T[]): Generator<T[]> {
	for (let start = 0; start < all.length; start += BATCH) yield all.slice(start, start + BATCH);
}
