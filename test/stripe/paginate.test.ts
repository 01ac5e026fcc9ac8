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

/** Reads a list whose pages come as scripted, whatever is asked for. */
function read(pages: Stripe.ApiList<Thing>[], newerThan?: string) {
	const cursors: object[] = [];
	const ask: StripeRequest = (_, request) => request(undefined as unknown as Stripe);
	const answer = readList<Thing>(ask, {
		resource: 'Subscriptions',
		request: async (_, cursor) => {
			cursors.push(cursor);
			return pages.shift() ?? page([], false);
		},
		newerThan,
		createdAt: newerThan === undefined ? (thing) => thing.created : undefined
	});
	return { answer, cursors };
}

test('reads page after page by cursor', async () => {
	const { answer, cursors } = read([page(things(9, 8), true), page(things(8.5 - 1, 7), false)]);
	expect((await answer).map(({ created }) => created)).toEqual([9, 8, 7.5, 7]);
	expect(cursors).toEqual([{ limit: 100 }, { limit: 100, starting_after: 'thing_8' }]);
});

test('reads what is newer than an object, going forward', async () => {
	const { answer, cursors } = read([page(things(5, 4), true), page(things(6), false)], 'thing_3');
	expect(await answer).toHaveLength(3);
	expect(cursors).toEqual([
		{ limit: 100, ending_before: 'thing_3' },
		{ limit: 100, ending_before: 'thing_5' }
	]);
});

test('an empty list is a list', async () => {
	expect(await read([page([], false)]).answer).toEqual([]);
});

describe('half a list is refused:', () => {
	test.each([
		['a page that repeats the one before', [page(things(9, 8), true), page(things(9, 8), true)], 'repeated thing_9'],
		['a cursor that does not advance', [page(things(9, 8), true), page(things(8), true)], 'repeated thing_8'],
		['an item twice in a page', [page(things(9, 9), false)], 'repeated thing_9'],
		['a page out of order', [page(things(8, 9), false)], 'thing_9 came out of order'],
		['a page newer than the one before', [page(things(8, 7), true), page(things(9), false)], 'thing_9 came out of order'],
		['an empty page that promises more', [page([], true)], 'a page was empty'],
		['an empty page where more was promised', [page(things(9), true), page([], false)], 'a page was empty'],
		['an answer that is no list', [{ object: 'list', has_more: false } as unknown as Stripe.ApiList<Thing>], 'no list']
	])('%s', async (_, pages, why) => {
		const { answer } = read(pages);
		await expect(answer).rejects.toThrow(SourceError);
		await expect(answer).rejects.toThrow(why);
		await expect(answer).rejects.toThrow("Stripe's list of Subscriptions came incomplete");
	});
});
