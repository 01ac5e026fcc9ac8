/** Pieces of work under way at once. */
const CONCURRENCY = 8;

/** Does the work for every item, some at a time. After a failure nothing new is begun: the whole has failed. */
export async function mapConcurrent<Item>(items: Iterable<Item>, work: (item: Item) => Promise<void>): Promise<void> {
	const waiting = [...items].reverse();
	async function worker(): Promise<void> {
		for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) await work(item);
	}
	try {
		await Promise.all(Array.from({ length: CONCURRENCY }, worker));
	} finally {
		waiting.length = 0;
	}
}

/** Waits for all of it, also where a part fails: what has failed as a whole must not go on reading. */
export async function settleAll<const Parts extends readonly Promise<unknown>[]>(
	parts: Parts
): Promise<{ -readonly [Index in keyof Parts]: Awaited<Parts[Index]> }> {
	await Promise.allSettled(parts);
	return (await Promise.all(parts)) as { -readonly [Index in keyof Parts]: Awaited<Parts[Index]> };
}
