import { expect, test } from 'vitest';
import { CHUNK_SIZE, chunk, keysetPages } from '../../src/store/paging.js';

const SIZE = 10;

test.each([0, 1, SIZE - 1, SIZE, SIZE + 1, 3 * SIZE])(
	'%i rows are read in pages, each once and in order, each page after the last row of the one before',
	async (count) => {
		const rows = Array.from({ length: count }, (_, id) => ({ id }));
		const asked: (number | undefined)[] = [];
		const read = async (after?: { readonly id: number }) => {
			asked.push(after?.id);
			return rows.filter(({ id }) => after === undefined || id > after.id).slice(0, SIZE);
		};
		const found: { readonly id: number }[] = [];
		for await (const page of keysetPages(SIZE, read)) found.push(...page);
		expect(found).toEqual(rows);
		// A full page may have been the last: only the next one tells.
		expect(asked).toHaveLength(Math.floor(count / SIZE) + 1);
	}
);

test('a thousand and one go to the database in two batches, and nothing in none', () => {
	const many = Array.from({ length: CHUNK_SIZE + 1 }, (_, index) => index);
	expect([...chunk(many)].map(({ length }) => length)).toEqual([CHUNK_SIZE, 1]);
	expect([...chunk(many)].flat()).toEqual(many);
	expect([...chunk([])]).toEqual([]);
});
