/**
 * Reads a list of unknown length with several requests in flight. Stripe paginates by cursor, one page after another; its `created`
 * filter allows starting anywhere.
 *
 * 1. Divide the list into ranges of creation time: at `initialSplits`, or, from the second reading on, at the page boundaries that the
 *    previous reading left in the cache.
 * 2. Read each range page by page, newest first, until it reaches the range below it.
 * 3. Whenever the rate limiter has requests to spare, split the range with the most left to read, by the object densities seen so far,
 *    and start to read the parts (`ranges.ts`).
 * 4. Set no lower bound in the requests. A range runs into the next older one, so a response that is cut short and says it is the last
 *    contradicts the objects found there.
 * 5. Reject the list if a page repeats, comes out of order, or is empty despite `has_more`, if any object is older than where a
 *    range claims that the list ends, or if it has more than {@link MAX_PAGES} pages.
 * 6. Keep the page boundaries for the next reading: creation times do not change, so it can request every page at once.
 */

import type Stripe from 'stripe';
import type { Resource } from '../api/errors.js';
import type { RateLimiter } from '../api/rate-limiter.js';
import type { StripeRequest } from '../api/request.js';
import { type Listed, NewestFirstValidator } from './order.js';
import { CreationTimes, PageBoundaries, type PageBoundaryCache } from './page-boundaries.js';
import { checkedPage, endless, incomplete, PAGE_SIZE } from './paginate.js';
import { densityOf, type EndEstimate, requestsLeft, splitAt, subdivideLargest, type TimeRange } from './ranges.js';

export interface ParallelListOptions<Item extends Listed> {
	readonly request: StripeRequest;
	readonly rateLimiter: RateLimiter;
	/** Milliseconds. */
	readonly now: () => number;
	readonly resource: Resource;
	readonly listPage: (
		stripe: Stripe,
		page: { readonly limit: number; readonly created?: { readonly lte: number }; readonly starting_after?: string }
	) => Promise<Stripe.ApiList<Item>>;
	/** Read at the start, written after a complete reading. */
	readonly cache: PageBoundaryCache;
	/** Where to divide while the cache is empty, newest first. Epoch seconds. */
	readonly initialSplits: readonly number[];
	/** Epoch seconds. */
	readonly nowSeconds: number;
	/** More pages fail the reading. Default: {@link MAX_PAGES}. */
	readonly maxPages?: number;
	/** Called with each page, in no particular order. */
	readonly onItems: (items: readonly Item[]) => void;
}

/** The oldest objects of a list: those of its first second. */
export interface Oldest {
	/** Epoch seconds. */
	readonly created: number;
	readonly ids: Set<string>;
}

/** Two million objects, twice of what Reeve is built for. */
const MAX_PAGES = 20_000;
/** Assumed total age of a list, as a multiple of the age read so far. */
const GROWTH_PER_ROUND = 2;
/** Weight of the newest measurement in the moving average of the latency. */
const LATENCY_SMOOTHING = 0.2;

/**
 * Reads a list to its end; see the top of this file.
 * @returns the oldest objects, null for an empty list
 * @throws {SourceError} if the list cannot be complete
 */
export async function readParallelList<Item extends Listed>(options: ParallelListOptions<Item>): Promise<Oldest | null> {
	const { request, rateLimiter, now, resource, listPage, cache, initialSplits, nowSeconds, maxPages = MAX_PAGES, onItems } = options;
	const boundaries = cache.boundaries ?? new PageBoundaries([]);
	const creationTimes = new CreationTimes();
	const ranges = new Set<TimeRange>();
	const inFlight = new Set<Promise<void>>();
	let oldest: Oldest | null = null;
	/** The list is complete from here on, as claimed by a last page (`has_more: false`). Epoch seconds. */
	let claimedEnd = Number.NEGATIVE_INFINITY;
	/** Creation time of the oldest object read, by the last page of each range. Epoch seconds. */
	let oldestRead = nowSeconds;
	let pagesRead = 0;
	let latencyMs = 0;
	let stopped = false;

	const start = (range: TimeRange): void => {
		ranges.add(range);
		const reading = readRange(range).finally(() => inFlight.delete(reading));
		inFlight.add(reading);
	};

	/** Until a page was the last, a guess: about as much again is likely to follow. */
	const estimateEnd = (): EndEstimate => {
		const guess = nowSeconds - GROWTH_PER_ROUND * (nowSeconds - oldestRead);
		return claimedEnd > guess ? { at: claimedEnd, confidence: Number.POSITIVE_INFINITY } : { at: guess, confidence: pagesRead };
	};

	/** How many more ranges are of use: enough to fill the rate limit. */
	const usefulRanges = (): number => {
		// With cached page boundaries a split costs no extra request, and the last pages of a list can be read at once.
		const requests =
			cache.boundaries === null ? [...ranges].reduce((sum, range) => sum + requestsLeft(range, boundaries, estimateEnd()), 0) : 0;
		if (requests <= rateLimiter.available) return rateLimiter.available;
		const neededForRate = Math.ceil((rateLimiter.ratePerSecond * latencyMs) / 1000) + 1;
		return neededForRate - ranges.size;
	};

	const subdivide = (): void => {
		for (let count = usefulRanges(); count > 0 && !stopped; count = usefulRanges()) {
			const parts = subdivideLargest(ranges, boundaries, estimateEnd(), count);
			if (parts.length === 0) return;
			parts.forEach(start);
		}
	};

	async function readRange(range: TimeRange): Promise<void> {
		const validator = new NewestFirstValidator(resource, range.upper);
		for (let more = true; more && !stopped; ) {
			const reading = readPage(range, validator);
			subdivide();
			more = await reading;
		}
		ranges.delete(range);
		subdivide();
	}

	/** @returns whether the range has more */
	async function readPage(range: TimeRange, validator: NewestFirstValidator): Promise<boolean> {
		const { cursor, upper } = range;
		const response = await request(resource, async (stripe) => {
			const sentAt = now();
			const page = await listPage(stripe, {
				limit: PAGE_SIZE,
				...(Number.isFinite(upper) && { created: { lte: upper } }),
				...(cursor !== null && { starting_after: cursor })
			});
			const elapsedMs = now() - sentAt;
			latencyMs = latencyMs === 0 ? elapsedMs : latencyMs * (1 - LATENCY_SMOOTHING) + elapsedMs * LATENCY_SMOOTHING;
			return page;
		});
		const page = checkedPage(resource, response, cursor !== null);
		validator.check(page.data);
		const last = page.data.at(-1);
		if (!page.has_more) claimedEnd = Math.max(claimedEnd, last?.created ?? upper);
		if (last === undefined) {
			range.headDensity = 0;
			return false;
		}
		pagesRead += 1;
		if (pagesRead > maxPages) throw endless(resource, pagesRead * PAGE_SIZE);
		// The older part of the range may have been split off while the request was in flight.
		const items = page.data.filter(({ created }) => created > range.lower);
		for (const item of items) {
			oldest = older(oldest, item);
			creationTimes.add(item.created);
		}
		if (items.length > 0) onItems(items);
		oldestRead = Math.min(oldestRead, last.created);
		// The time between a range's upper end and its first object is a gap, and no part of the density.
		const newestCreated = cursor === null ? (page.data[0]?.created ?? upper) : range.position;
		const density = densityOf(page.data.length, newestCreated, last.created);
		if (density > 0) range.density = density;
		range.headDensity ??= density;
		range.position = last.created;
		range.cursor = last.id;
		return page.has_more && items.length === page.data.length;
	}

	splitAt(cache.boundaries === null ? initialSplits : []).forEach(start);
	try {
		while (inFlight.size > 0) await Promise.race(inFlight);
	} finally {
		stopped = true;
		await Promise.allSettled(inFlight);
	}
	const end = oldest as Oldest | null;
	if (end !== null && end.created < claimedEnd)
		throw incomplete(resource, `it was said to be complete, and ${[...end.ids][0]} was not in it`);
	cache.boundaries = creationTimes.pageBoundaries();
	return end;
}

function older(oldest: Oldest | null, { id, created }: Listed): Oldest {
	if (oldest === null || created < oldest.created) return { created, ids: new Set([id]) };
	if (created === oldest.created) oldest.ids.add(id);
	return oldest;
}
