/** Many rows are written, or looked up, a thousand to a statement: whoever else waits for the embedded database waits for one. */
export const CHUNK_SIZE = 1_000;

export function* chunk<T>(all: readonly T[]): Generator<T[]> {
	for (let start = 0; start < all.length; start += CHUNK_SIZE) yield all.slice(start, start + CHUNK_SIZE);
}

/**
 * Reads rows by key, in pages of so many: the memory of the database driver stays flat, and nobody waits for more than a page.
 * @param read - the rows after that one, in order; from the first on where there is none
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
