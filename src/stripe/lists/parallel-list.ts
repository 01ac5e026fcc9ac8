import type Stripe from 'stripe';
import type { Resource } from '../api/errors.js';
import type { RateLimiter } from '../api/rate-limiter.js';
import type { StripeRequest } from '../api/request.js';
import { type Listed, NewestFirstValidator } from './order.js';
import { CreationTimes, PageBoundaries, type PageBoundaryCache } from './page-boundaries.js';
import { incomplete, PAGE_SIZE, pageOf } from './paginate.js';
import { densityOf, type EndEstimate, requestsIn, splitAt, subdivideLargest, type TimeRange } from './ranges.js';

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
	/** Says where to cut from the start; it is written when the list has been read. */
	readonly memory: PageBoundaryCache;
	/** Where to cut while nothing is remembered, the newest first: it is cut further as it is read. Epoch seconds. */
	readonly initialSplits: readonly number[];
	/** Epoch. */
	readonly nowSeconds: number;
	/** Called with each page, in no order. */
	readonly onItems: (items: readonly Item[]) => void;
}

/** What is older than the oldest that was seen is likely not older than as old again. */
const GROWTH_PER_ROUND = 2;

/**
 * Reads a list to its end in slices side by side, as many as it takes to keep the pace, each page after page. No lower end is asked
 * for: a slice ends where the next one begins, so that an answer which is cut short and said to be whole contradicts what is in the
 * older slices.
 * @returns the oldest objects: when they were created, and their IDs; null for an empty list
 * @throws {SourceError} also where a page repeats, jumps, or is missing
 */
export async function readParallelList<Item extends Listed>(options: ParallelListOptions<Item>): Promise<Oldest | null> {
	const { request, rateLimiter, now, resource, listPage, memory, initialSplits, nowSeconds, onItems } = options;
	const marks = memory.boundaries ?? new PageBoundaries([]);
	const times = new CreationTimes();
	const slices = new Set<TimeRange>();
	const running = new Set<Promise<void>>();
	let oldest: Oldest | null = null;
	/** Since when there is everything, by what each slice's last page has claimed. */
	let wholeFrom = Number.NEGATIVE_INFINITY;
	/** When the oldest object was created that was seen so far. Epoch seconds. */
	let seen = nowSeconds;
	/** Pages read. */
	let pages = 0;
	let latencyMs = 0;
	let over = false;

	const start = (slice: TimeRange): void => {
		slices.add(slice);
		const reading = follow(slice).finally(() => running.delete(reading));
		running.add(reading);
	};

	/** A guess until a page was the last: that as much again is likely, as was read, and much more is not. */
	const bottom = (): EndEstimate => {
		const guess = nowSeconds - GROWTH_PER_ROUND * (nowSeconds - seen);
		return wholeFrom > guess ? { at: wholeFrom, confidence: Number.POSITIVE_INFINITY } : { at: guess, confidence: pages };
	};

	/** How many slices more are of use: as many as there are turns to spare, or as it takes to keep the pace. */
	const room = (): number => {
		// Where it is known how the pages begin, a cut costs no request; and the end of a list can be read at once.
		const left = memory.boundaries === null ? [...slices].reduce((sum, slice) => sum + requestsIn(slice, marks, bottom()), 0) : 0;
		if (left <= rateLimiter.available) return rateLimiter.available;
		const keepingPace = Math.ceil((rateLimiter.ratePerSecond * latencyMs) / 1000) + 1;
		return keepingPace - slices.size;
	};

	const divide = (): void => {
		for (let most = room(); most > 0 && !over; most = room()) {
			const cut = subdivideLargest(slices, marks, bottom(), most);
			if (cut.length === 0) return;
			cut.forEach(start);
		}
	};

	async function follow(slice: TimeRange): Promise<void> {
		const order = new NewestFirstValidator(resource, slice.upper);
		for (let more = true; more && !over; ) {
			const reading = readPage(slice, order);
			divide();
			more = await reading;
		}
		slices.delete(slice);
		divide();
	}

	/** @returns whether there is more in the slice */
	async function readPage(slice: TimeRange, order: NewestFirstValidator): Promise<boolean> {
		const { cursor, upper } = slice;
		const page = pageOf(
			resource,
			await request(resource, async (stripe) => {
				const began = now();
				const answer = await listPage(stripe, {
					limit: PAGE_SIZE,
					...(Number.isFinite(upper) && { created: { lte: upper } }),
					...(cursor !== null && { starting_after: cursor })
				});
				latencyMs = latencyMs === 0 ? now() - began : latencyMs * 0.8 + (now() - began) * 0.2;
				return answer;
			}),
			cursor !== null
		);
		order.check(page.data);
		const last = page.data.at(-1);
		if (!page.has_more) wholeFrom = Math.max(wholeFrom, last?.created ?? upper);
		if (last === undefined) {
			slice.headDensity = 0;
			return false;
		}
		pages += 1;
		// While it was under way, another slice may have taken over the older part.
		const kept = page.data.filter(({ created }) => created > slice.lower);
		for (const item of kept) {
			oldest = older(oldest, item);
			times.add(item.created);
		}
		if (kept.length > 0) onItems(kept);
		// What lies before the first page of a slice is a gap.
		seen = Math.min(seen, last.created);
		const density = densityOf(page.data.length, cursor === null ? (page.data[0]?.created ?? upper) : slice.at, last.created);
		if (density > 0) slice.density = density;
		slice.headDensity ??= density;
		slice.at = last.created;
		slice.cursor = last.id;
		return page.has_more && kept.length === page.data.length;
	}

	splitAt(memory.boundaries === null ? initialSplits : []).forEach(start);
	try {
		while (running.size > 0) await Promise.race(running);
	} finally {
		over = true;
		await Promise.allSettled(running);
	}
	const end = oldest as Oldest | null;
	if (end !== null && end.created < wholeFrom) throw incomplete(resource, `it was said to be whole, and ${[...end.ids][0]} was not in it`);
	memory.boundaries = times.marks();
	return end;
}

/** The oldest objects of a list: those of its first second. */
export interface Oldest {
	readonly created: number;
	readonly ids: Set<string>;
}

function older(oldest: Oldest | null, { id, created }: Listed): Oldest {
	if (oldest === null || created < oldest.created) return { created, ids: new Set([id]) };
	if (created === oldest.created) oldest.ids.add(id);
	return oldest;
}
