import type Stripe from 'stripe';
import type { Ask } from './ask.js';
import type { Resource } from './errors.js';
import { CreationTimes, type ListMemory, Marks } from './marks.js';
import { type Listed, Order } from './order.js';
import type { Pace } from './pace.js';
import { incomplete, PAGE_SIZE, pageOf } from './pages.js';
import { type Bottom, cutAt, cutLargest, densityOf, requestsIn, type Slice } from './slices.js';

export interface SlicedListOptions<Item extends Listed> {
	readonly ask: Ask;
	readonly pace: Pace;
	/** Milliseconds. */
	readonly now: () => number;
	readonly resource: Resource;
	readonly request: (
		stripe: Stripe,
		page: { readonly limit: number; readonly created?: { readonly lte: number }; readonly starting_after?: string }
	) => Promise<Stripe.ApiList<Item>>;
	/** Says where to cut from the start; it is written when the list has been read. */
	readonly memory: ListMemory;
	/** Where to cut while nothing is remembered, the newest first: it is cut further as it is read. Epoch seconds. */
	readonly firstCuts: readonly number[];
	/** Epoch. */
	readonly nowSeconds: number;
	/** Called with each page, in no order. */
	readonly onItems: (items: readonly Item[]) => void;
}

/** What is older than the oldest that was seen is likely not older than as old again. */
const AS_OLD_AGAIN = 2;

/**
 * Reads a list to its end in slices side by side, as many as it takes to keep the pace, each page after page. No lower end is asked
 * for: a slice ends where the next one begins, so that an answer which is cut short and said to be whole contradicts what is in the
 * older slices.
 * @returns the oldest objects: when they were created, and their IDs; null for an empty list
 * @throws {SourceError} also where a page repeats, jumps, or is missing
 */
export async function readSlicedList<Item extends Listed>(options: SlicedListOptions<Item>): Promise<Oldest | null> {
	const { ask, pace, now, resource, request, memory, firstCuts, nowSeconds, onItems } = options;
	const marks = memory.marks ?? new Marks([]);
	const times = new CreationTimes();
	const slices = new Set<Slice>();
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

	const start = (slice: Slice): void => {
		slices.add(slice);
		const reading = follow(slice).finally(() => running.delete(reading));
		running.add(reading);
	};

	/** A guess until a page was the last: that as much again is likely, as was read, and much more is not. */
	const bottom = (): Bottom => {
		const guess = nowSeconds - AS_OLD_AGAIN * (nowSeconds - seen);
		return wholeFrom > guess ? { at: wholeFrom, believed: Number.POSITIVE_INFINITY } : { at: guess, believed: pages };
	};

	/** How many slices more are of use: as many as there are turns to spare, or as it takes to keep the pace. */
	const room = (): number => {
		// Where it is known how the pages begin, a cut costs no request; and the end of a list can be read at once.
		const left = memory.marks === null ? [...slices].reduce((sum, slice) => sum + requestsIn(slice, marks, bottom()), 0) : 0;
		if (left <= pace.free) return pace.free;
		const keepingPace = Math.ceil((pace.perSecond * latencyMs) / 1000) + 1;
		return keepingPace - slices.size;
	};

	const divide = (): void => {
		for (let most = room(); most > 0 && !over; most = room()) {
			const cut = cutLargest(slices, marks, bottom(), most);
			if (cut.length === 0) return;
			cut.forEach(start);
		}
	};

	async function follow(slice: Slice): Promise<void> {
		const order = new Order(resource, slice.upper);
		for (let more = true; more && !over; ) {
			const reading = readPage(slice, order);
			divide();
			more = await reading;
		}
		slices.delete(slice);
		divide();
	}

	/** @returns whether there is more in the slice */
	async function readPage(slice: Slice, order: Order): Promise<boolean> {
		const { cursor, upper } = slice;
		const page = pageOf(
			resource,
			await ask(resource, async (stripe) => {
				const began = now();
				const answer = await request(stripe, {
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

	cutAt(memory.marks === null ? firstCuts : []).forEach(start);
	try {
		while (running.size > 0) await Promise.race(running);
	} finally {
		over = true;
		await Promise.allSettled(running);
	}
	const end = oldest as Oldest | null;
	if (end !== null && end.created < wholeFrom) throw incomplete(resource, `it was said to be whole, and ${[...end.ids][0]} was not in it`);
	memory.marks = times.marks();
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
