import { PAGE_SIZE } from './pages.js';
import type { Sounding } from './soundings.js';

/** How a list is cut into parts by the time when its objects were created, so that the parts can be read side by side. */

/** A part of a list: what was created after `lower`, up to `upper`. It is read from its newest object on. Epoch seconds. */
export interface Slice {
	/** Infinite for the newest part. */
	readonly upper: number;
	/** Negative infinity for the oldest part. It rises where another slice takes over the older half. */
	lower: number;
	/** When the last object that was read was created; the upper end before the first. */
	at: number;
	/** The last object that was read: the next page begins after it. */
	cursor: string | null;
	/** Objects a second, as far as it is known. */
	density: number;
}

/** A part with fewer objects is not worth a request of its own; one with more may need two. */
const WORTH_A_REQUEST = 0.8 * PAGE_SIZE;

/**
 * Cuts where the soundings were taken.
 * @param nowSeconds - epoch
 * @returns the newest first; together they are the whole list, whatever the soundings say
 */
export function cutAt(soundings: readonly Sounding[], nowSeconds: number): readonly Slice[] {
	const slices: Slice[] = [];
	let upper = Number.POSITIVE_INFINITY;
	for (const [index, { from, count, newest, oldest, more }] of soundings.entries()) {
		if (from > upper) continue;
		// Older than what was seen here, or the slice would be over with its first page.
		const next = more ? soundings.slice(index + 1).find((older) => older.from < oldest) : undefined;
		const cutsHere = next !== undefined && next.count > 0;
		const lower = cutsHere ? next.from : Number.NEGATIVE_INFINITY;
		slices.push({ upper, lower, at: Math.min(newest, nowSeconds), cursor: null, density: densityOf(count, newest, oldest) });
		upper = lower;
		if (!cutsHere) break;
	}
	if (slices.length === 0) slices.push({ upper, lower: Number.NEGATIVE_INFINITY, at: nowSeconds, cursor: null, density: 0 });
	return slices;
}

/** Objects a second. Where all are of one second there is no telling what comes before it. */
export function densityOf(count: number, newest: number, oldest: number): number {
	return newest > oldest ? count / (newest - oldest) : 0;
}

/** What is known of a list's old end. */
export interface Bottom {
	/** Before this there is nothing, or likely nothing. Epoch seconds. */
	readonly at: number;
	/** So many requests to it can be believed in; infinite where it is no guess. */
	readonly believed: number;
}

/** How many requests what is left of a slice will take, as far as can be said. */
function estimate({ at, lower, density }: Slice, bottom: Bottom): number {
	return (Math.max(0, at - Math.max(lower, bottom.at)) * density) / WORTH_A_REQUEST;
}

/**
 * Cuts the part that has the most left into so many that each is worth a request.
 * @param room - how many more slices there may be
 * @returns the new ones; none where nothing is worth it. The one that was cut keeps its newest part
 */
export function cutLargest(slices: Iterable<Slice>, bottom: Bottom, room: number): Slice[] {
	let largest: Slice | undefined;
	for (const slice of slices) if (largest === undefined || estimate(slice, bottom) > estimate(largest, bottom)) largest = slice;
	if (largest === undefined) return [];
	const { at, lower, density } = largest;
	const end = Math.max(lower, bottom.at);
	const requests = Math.floor(estimate(largest, bottom));
	const cuts: number[] = [];
	for (const share of lower < bottom.at && requests > bottom.believed
		? sharesIntoTheUnknown(requests, bottom.believed, room)
		: evenShares(requests, room)) {
		const cut = Math.floor(at - (at - end) * share);
		if (cut < (cuts.at(-1) ?? at) && cut > end) cuts.push(cut);
	}
	if (cuts[0] !== undefined) largest.lower = cuts[0];
	return cuts.map((upper, index) => ({ upper, lower: cuts[index + 1] ?? lower, at: upper, cursor: null, density }));
}

function evenShares(requests: number, room: number): number[] {
	const parts = Math.min(room + 1, requests);
	return Array.from({ length: Math.max(0, parts - 1) }, (_, index) => (index + 1) / parts);
}

/** Each as much as all before it, up to what can be believed in, and beyond: where the list ends, nobody knows. */
function sharesIntoTheUnknown(requests: number, believed: number, room: number): number[] {
	const shares: number[] = [];
	for (let worth = Math.max(1, believed / 2 ** (room - 1)); worth < requests && shares.length < room; worth *= 2)
		shares.push(worth / requests);
	return shares;
}
