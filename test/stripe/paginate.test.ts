import type Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import { SourceError } from '../../src/reconciliation/domain/ports.js';
import type { StripeRequest } from '../../src/stripe/api/request.js';
import { readList } from '../../src/stripe/lists/paginate.js';

interface Thing {
	readonly id: string;
	readonly created: number;
}

const things = (...numbers: number[]): Thing[] => numbers.map((created) => ({ id: `thing_${created}`, created }));
const page = (data: Thing[], has_more: boolean): Stripe.ApiList<Thing> => ({ object: 'list', data, has_more, url: '/v1/things' });

/** Reads a list whose pages are scripted, whatever the cursor. */
function read(pages: Stripe.ApiList<Thing>[], newerThan?: string) {
	const cursors: object[] = [];
	const request: StripeRequest = (_, send) => send(undefined as unknown as Stripe);
	const items = readList<Thing>(request, {
		resource: 'Subscriptions',
		listPage: async (_, cursor) => {
			cursors.push(cursor);
			return pages.shift() ?? page([], false);
		},
		newerThan,
		createdAt: newerThan === undefined ? (thing) => thing.created : undefined
	});
	return { items, cursors };
}

test('readList pages by cursor', async () => {
	const { items, cursors } = read([page(things(9, 8), true), page(things(8.5 - 1, 7), false)]);
	expect((await items).map(({ created }) => created)).toEqual([9, 8, 7.5, 7]);
	expect(cursors).toEqual([{ limit: 100 }, { limit: 100, starting_after: 'thing_8' }]);
});

test('readList with newerThan pages forward', async () => {
	const { items, cursors } = read([page(things(5, 4), true), page(things(6), false)], 'thing_3');
	expect(await items).toHaveLength(3);
	expect(cursors).toEqual([
		{ limit: 100, ending_before: 'thing_3' },
		{ limit: 100, ending_before: 'thing_5' }
	]);
});

test('readList accepts an empty list', async () => {
	expect(await read([page([], false)]).items).toEqual([]);
});

test('readList stops reading a list that does not end', async () => {
	const pages = Array.from({ length: 200 }, (_, index) => page(things(200 - index), true));
	await expect(read(pages).items).rejects.toThrow("Stripe's list of Subscriptions does not end: Reeve stopped after 100.");
	expect(pages).toHaveLength(100);
});

describe('readList, incomplete lists', () => {
	test.each([
		['a page that repeats the previous one', [page(things(9, 8), true), page(things(9, 8), true)], 'repeated thing_9'],
		['a cursor that does not advance', [page(things(9, 8), true), page(things(8), true)], 'repeated thing_8'],
		['an item twice in a page', [page(things(9, 9), false)], 'repeated thing_9'],
		['a page out of order', [page(things(8, 9), false)], 'thing_9 came out of order'],
		['a page newer than the previous one', [page(things(8, 7), true), page(things(9), false)], 'thing_9 came out of order'],
		['an empty page with has_more', [page([], true)], 'a page was empty'],
		['an empty page after has_more', [page(things(9), true), page([], false)], 'a page was empty'],
		['a response that is not a list', [{ object: 'list', has_more: false } as unknown as Stripe.ApiList<Thing>], 'not a list']
	])('rejects %s', async (_, pages, reason) => {
		const { items } = read(pages);
		await expect(items).rejects.toThrow(SourceError);
		await expect(items).rejects.toThrow(reason);
		await expect(items).rejects.toThrow('Stripe returned an incomplete list of Subscriptions');
	});
});
