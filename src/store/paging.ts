/** Rows per bulk statement. The embedded database runs one statement at a time, so long ones would block everything else. */
export const CHUNK_SIZE = 1_000;

export function* chunk<T>(all: readonly T[]): Generator<T[]> {
	for (let start = 0; start < all.length; start += CHUNK_SIZE) yield all.slice(start, start + CHUNK_SIZE);
}

/**
 * Keyset pagination: keeps the driver's memory flat, and other queries wait for one page at most.
 * @param size - rows per page
 * @param read - returns the next page in key order: the rows after `after`, or the first ones
 */
export async function* keysetPages<Row>(
	size: number,
	read: (after: Row | undefined) => Promise<readonly Row[]>
): AsyncGenerator<readonly Row[]> {
	for (let page = await read(undefined); ; page = await read(page.at(-1))) {
		yield page;
		if (page.length < size) return;
	}
}
