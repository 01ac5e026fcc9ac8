import type Stripe from 'stripe';
import { SourceError } from '../../reconciliation/domain/ports.js';
import type { Resource } from '../api/errors.js';
import type { StripeRequest } from '../api/request.js';

/** Stripe's maximum. */
export const PAGE_SIZE = 100;

/** A list that belongs to one object has fewer: 10,000 subscriptions of a customer, items of a subscription, … */
const MAX_PAGES = 100;

type Cursor = Pick<Stripe.PaginationParams, 'starting_after' | 'ending_before'>;

interface ListOptions<Item> {
	readonly resource: Resource;
	readonly listPage: (stripe: Stripe, page: Cursor & { readonly limit: number }) => Promise<Stripe.ApiList<Item>>;
	/** Lists only what is newer than the object with this ID, oldest page first. Default: everything, newest first. */
	readonly newerThan?: string;
	/** Set to check that the items come newest first. Epoch seconds. */
	readonly createdAt?: (item: Item) => number;
	/** Items per page. Default: {@link PAGE_SIZE}. */
	readonly pageSize?: number;
	/** Set to read no further than the first such item. */
	readonly isLast?: (item: Item) => boolean;
	/** More pages fail the reading. Default: {@link MAX_PAGES}. */
	readonly maxPages?: number;
}

/**
 * Reads a list page by page. Rejects a list that cannot be complete: a page that repeats, jumps, or is empty despite `has_more` would
 * make paying customers look as if they did not pay. Rejects a list that does not end.
 * @throws {SourceError}
 */
export async function readList<Item extends { id: string }>(
	request: StripeRequest,
	{ resource, listPage, newerThan, createdAt, pageSize = PAGE_SIZE, isLast, maxPages = MAX_PAGES }: ListOptions<Item>
): Promise<Item[]> {
	const items: Item[] = [];
	const ids = new Set<string>();
	let cursor: Cursor = newerThan === undefined ? {} : { ending_before: newerThan };
	let hadMore = false;
	for (let pages = 1; ; pages += 1) {
		const page = checkedPage(resource, await request(resource, (stripe) => listPage(stripe, { ...cursor, limit: pageSize })), hadMore);
		const last = items.at(-1);
		let previous = last && createdAt?.(last);
		for (const item of page.data) {
			if (ids.has(item.id)) throw incomplete(resource, `a page repeated ${item.id}`);
			ids.add(item.id);
			const created = createdAt?.(item);
			if (previous !== undefined && created !== undefined && created > previous) throw incomplete(resource, `${item.id} came out of order`);
			previous = created;
			items.push(item);
			if (isLast?.(item)) return items;
		}
		if (!page.has_more) return items;
		if (pages >= maxPages) throw endless(resource, items.length);
		hadMore = true;
		cursor = newerThan === undefined ? { starting_after: page.data.at(-1)?.id } : { ending_before: page.data[0]?.id };
	}
}

/**
 * Returns the page if it can be one.
 * @param hadMore - `has_more` of the previous page
 * @throws {SourceError}
 */
export function checkedPage<Item>(resource: Resource, page: Stripe.ApiList<Item>, hadMore: boolean): Stripe.ApiList<Item> {
	if (!Array.isArray(page.data) || typeof page.has_more !== 'boolean') throw incomplete(resource, 'a response was not a list');
	if (page.data.length === 0 && (hadMore || page.has_more))
		throw incomplete(resource, 'a page was empty though Stripe said there was more');
	return page;
}

/** `has_more` that stays true would keep a run reading for ever. */
export function endless(resource: Resource, read: number): SourceError {
	return new SourceError(
		'stripe',
		`Stripe's list of ${resource} does not end: Reeve stopped after ${read.toLocaleString('en')}. Nothing was changed; run again. If it keeps happening, look whether a proxy answers in Stripe's place.`
	);
}

export function incomplete(resource: Resource, reason: string): SourceError {
	return new SourceError('stripe', `Stripe returned an incomplete list of ${resource} (${reason}). Nothing was changed; run again.`);
}
