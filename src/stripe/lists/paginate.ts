import type Stripe from 'stripe';
import { SourceError } from '../../reconciliation/domain/ports.js';
import type { Resource } from '../api/errors.js';
import type { StripeRequest } from '../api/request.js';

/** Stripe's highest. */
export const PAGE_SIZE = 100;

type Cursor = Pick<Stripe.PaginationParams, 'starting_after' | 'ending_before'>;

interface ListOptions<Item> {
	readonly resource: Resource;
	readonly request: (stripe: Stripe, cursor: Cursor & { readonly limit: number }) => Promise<Stripe.ApiList<Item>>;
	/** Lists what is newer than this object, oldest page first. The whole list, newest first, when absent. */
	readonly newerThan?: string;
	/** Checks that the items come newest first. */
	readonly createdAt?: (item: Item) => number;
	/** Called after each page with how many items there are so far. */
	readonly onPage?: (count: number) => void;
}

/**
 * Reads a list to its end, page after page, and checks that nothing was left out: a page that repeats, jumps or is empty though
 * more was promised means that people would look as if they did not pay.
 * @throws {SourceError}
 */
export async function readList<Item extends { id: string }>(
	ask: StripeRequest,
	{ resource, request, newerThan, createdAt, onPage }: ListOptions<Item>
): Promise<Item[]> {
	const items: Item[] = [];
	const seen = new Set<string>();
	let cursor: Cursor = newerThan === undefined ? {} : { ending_before: newerThan };
	let promised = false;
	for (;;) {
		const page = pageOf(resource, await ask(resource, (stripe) => request(stripe, { ...cursor, limit: PAGE_SIZE })), promised);
		const newest = items.at(-1);
		let before = newest && createdAt?.(newest);
		for (const item of page.data) {
			if (seen.has(item.id)) throw incomplete(resource, `a page repeated ${item.id}`);
			seen.add(item.id);
			const created = createdAt?.(item);
			if (before !== undefined && created !== undefined && created > before) throw incomplete(resource, `${item.id} came out of order`);
			before = created;
			items.push(item);
		}
		onPage?.(items.length);
		if (!page.has_more) return items;
		promised = true;
		cursor = newerThan === undefined ? { starting_after: page.data.at(-1)?.id } : { ending_before: page.data[0]?.id };
	}
}

/**
 * An answer that can be a page of a list.
 * @param promised - whether the page before said that there is more
 * @throws {SourceError}
 */
export function pageOf<Item>(resource: Resource, page: Stripe.ApiList<Item>, promised = false): Stripe.ApiList<Item> {
	if (!Array.isArray(page.data) || typeof page.has_more !== 'boolean') throw incomplete(resource, 'an answer came that is no list');
	if (page.data.length === 0 && (promised || page.has_more))
		throw incomplete(resource, 'a page was empty though Stripe says there is more');
	return page;
}

/** Half a picture: the list that Stripe sent cannot be whole. */
export function incomplete(resource: Resource, why: string): SourceError {
	return new SourceError(
		'stripe',
		`Stripe's list of ${resource} came incomplete (${why}), so it cannot be relied on. Run it again; nothing was changed.`
	);
}
