import { expect, test } from 'vitest';
import { CHUNK_SIZE, chunk, keysetPages } from '../../src/store/paging.js';

const SIZE = 10;

test.each([0, 1, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE])('keysetPages reads %i rows once and in order', async (count) => {
	const rows = Array.from({ length: count }, (_, id) => ({ id }));
	const cursors: (number | undefined)[] = [];
	const read = async (after?: { readonly id: number }) => {
		cursors.push(after?.id);
		return rows.filter(({ id }) => after === undefined || id > after.id).slice(0, SIZE);
	};
	const found: { readonly id: number }[] = [];
	for await (const page of keysetPages(SIZE, read)) found.push(...page);
	expect(found).toEqual(rows);
	// After a full last page, an empty one follows.
	expect(cursors).toHaveLength(Math.floor(count / SIZE) + 1);
});

test('chunk splits 1 001 items into two chunks, and none into none', () => {
	const many = Array.from({ length: CHUNK_SIZE + 1 }, (_, index) => index);
	expect([...chunk(many)].map(({ length }) => length)).toEqual([CHUNK_SIZE, 1]);
	expect([...chunk(many)].flat()).toEqual(many);
	expect([...chunk([])]).toEqual([]);
});
