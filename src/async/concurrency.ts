const DEFAULT_CONCURRENCY = 8;

export interface ConcurrencyOptions {
	/** Calls of `work` in flight at once. */
	readonly concurrency?: number;
	/** Checked before each item; once it returns false, or fails, no further item starts. */
	readonly shouldContinue?: () => boolean | Promise<boolean>;
}

/**
 * Calls `work` for each item, starting them in their order. After a failure no further item starts, and the call rejects once
 * the work in flight has ended.
 *
 * Not p-map: it rejects while work is still in flight, and cannot stop early without an error.
 */
export async function forEachConcurrent<Item>(
	items: Iterable<Item>,
	work: (item: Item, index: number) => Promise<unknown>,
	{ concurrency = DEFAULT_CONCURRENCY, shouldContinue = () => true }: ConcurrencyOptions = {}
): Promise<void> {
	const queue = [...items].entries();
	let stopped = false;
	const worker = async (): Promise<void> => {
		try {
			while (!stopped && (await shouldContinue())) {
				// Another worker may have stopped meanwhile.
				if (stopped) return;
				const { done, value } = queue.next();
				if (done) return;
				await work(value[1], value[0]);
			}
		} finally {
			stopped = true;
		}
	};
	await settleAll(Array.from({ length: concurrency }, worker));
}

/** Like `Promise.all`, but waits for every promise before it rejects, so that no work outlives the failure. */
export async function settleAll<const Promises extends readonly Promise<unknown>[]>(
	promises: Promises
): Promise<{ -readonly [Index in keyof Promises]: Awaited<Promises[Index]> }> {
	await Promise.allSettled(promises);
	return (await Promise.all(promises)) as { -readonly [Index in keyof Promises]: Awaited<Promises[Index]> };
}
