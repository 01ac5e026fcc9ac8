import type { PageBoundaries } from './page-boundaries.js';
import { PAGE_SIZE } from './paginate.js';

/** How a list is cut into parts by the time when its objects were created, so that the parts can be read side by side. */

/** A part of a list: what was created after `lower`, up to `upper`. It is read from its newest object on. Epoch seconds. */
export interface TimeRange {
	/** Infinite for the newest part. */
	readonly upper: number;
	/** Negative infinity for the oldest part. It rises where other slices take over the older rest. */
	lower: number;
	/** The next older part; null for the oldest. */
	older: TimeRange | null;
	/** When the last object that was read was created; the upper end before the first. */
	at: number;
	/** The last object that was read: the next page begins after it. */
	cursor: string | null;
	/** Objects a second in its first page; null before that. */
	headDensity: number | null;
	/** Objects a second in the page that was read last. */
	density: number;
}

/** A part with fewer objects is not worth a request of its own; one with more may need two. */
const MIN_EXPECTED_PAGES = 0.8 * PAGE_SIZE;

/**
 * Cuts a list.
 * @param moments - where, the newest first. Epoch seconds
 * @returns the newest first; together they are the whole list
 */
export function splitAt(moments: readonly number[]): readonly TimeRange[] {
	const rest = newRange(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null);
	return [rest, ...splitOff(rest, moments)];
}

function newRange(upper: number, lower: number, older: TimeRange | null): TimeRange {
	return { upper, lower, older, at: upper, cursor: null, headDensity: null, density: 0 };
}

/** Takes the older parts off a slice. @param moments - where to cut, the newest first @returns those parts, the newest first */
function splitOff(slice: TimeRange, moments: readonly number[]): TimeRange[] {
	const parts: TimeRange[] = [];
	for (const moment of moments.toReversed()) {
		slice.older = newRange(moment, slice.lower, slice.older);
		slice.lower = moment;
		parts.unshift(slice.older);
	}
	return parts;
}

/** Objects a second. Where all are of one second there is no telling what comes before it. */
export function densityOf(count: number, newest: number, oldest: number): number {
	return newest > oldest ? count / (newest - oldest) : 0;
}

/** What is known of a list's old end. */
export interface EndEstimate {
	/** Before this there is nothing, or likely nothing. Epoch seconds. */
	readonly at: number;
	/** So many requests to it can be believed in; infinite where it is no guess. */
	readonly confidence: number;
}

/**
 * Cuts the part that has the most left into so many that each is worth a request.
 * @param marks - of the reading before; of what is older than the newest of them, all is known
 * @param room - how many more slices there may be
 * @returns the new ones; none where nothing is worth it. The one that was cut keeps its newest part
 */
export function subdivideLargest(slices: Iterable<TimeRange>, marks: PageBoundaries, bottom: EndEstimate, room: number): TimeRange[] {
	let largest: TimeRange | undefined;
	let most = 0;
	for (const slice of slices) {
		const requests = requestsIn(slice, marks, bottom);
		if (requests > most) [largest, most] = [slice, requests];
	}
	if (largest === undefined) return [];
	const { at, lower } = largest;
	return splitOff(largest, isKnown(largest, marks) ? marks.pick(at, lower, room) : momentsIn(largest, Math.floor(most), bottom, room));
}

function isKnown({ lower }: TimeRange, marks: PageBoundaries): boolean {
	return lower < marks.newest;
}

/** How many requests what is left of a slice will take, as far as can be said: it must have been looked into at both ends. */
export function requestsIn(slice: TimeRange, marks: PageBoundaries, bottom: EndEstimate): number {
	const { at, lower, density, headDensity, older } = slice;
	if (isKnown(slice, marks)) return marks.countBetween(at, lower) + 1;
	const olderDensity = older === null ? density : older.headDensity;
	if (headDensity === null || olderDensity === null) return 0;
	return (Math.max(0, at - Math.max(lower, bottom.at)) * (density + olderDensity)) / 2 / MIN_EXPECTED_PAGES;
}

/** Where to cut a slice of which no more is known than how dense it is; the newest first. */
function momentsIn({ at, lower }: TimeRange, requests: number, bottom: EndEstimate, room: number): number[] {
	const end = Math.max(lower, bottom.at);
	const moments: number[] = [];
	for (const share of lower < bottom.at && requests > bottom.confidence
		? exponentialShares(requests, bottom.confidence, room)
		: evenShares(requests, room)) {
		const moment = Math.floor(at - (at - end) * share);
		if (moment < (moments.at(-1) ?? at) && moment > end) moments.push(moment);
	}
	return moments;
}

function evenShares(requests: number, room: number): number[] {
	const parts = Math.min(room + 1, requests);
	return Array.from({ length: Math.max(0, parts - 1) }, (_, index) => (index + 1) / parts);
}

/** Each as much as all before it, up to what can be believed in, and beyond: where the list ends, nobody knows. */
function exponentialShares(requests: number, believed: number, room: number): number[] {
	const shares: number[] = [];
	for (let worth = Math.max(1, believed / 2 ** (room - 1)); worth < requests && shares.length < room; worth *= 2)
		shares.push(worth / requests);
	return shares;
}
