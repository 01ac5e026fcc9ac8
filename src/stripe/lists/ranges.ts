import type { PageBoundaries } from './page-boundaries.js';
import { PAGE_SIZE } from './paginate.js';

/** Pure arithmetic of parallel list reading: how a list is divided into ranges of creation time. All times are epoch seconds. */

/** Part of a list: the objects created after `lower`, up to and including `upper`. Read from the newest on. */
export interface TimeRange {
	/** Infinity for the newest range. */
	readonly upper: number;
	/** -Infinity for the oldest range. Rises when the older rest is split off. */
	lower: number;
	/** The next older range; null for the oldest. */
	older: TimeRange | null;
	/** Creation time of the last object read; `upper` before the first. */
	position: number;
	/** ID of the last object read: the next page starts after it. */
	cursor: string | null;
	/** Objects per second in its first page; null before that. */
	headDensity: number | null;
	/** Objects per second in its latest page. */
	density: number;
}

/** Expected objects that justify a request of their own: fewer waste it, more might need a second page. */
const MIN_OBJECTS_PER_REQUEST = 0.8 * PAGE_SIZE;

/**
 * Divides a whole list.
 * @param times - where to divide, newest first
 * @returns the ranges, newest first
 */
export function splitAt(times: readonly number[]): readonly TimeRange[] {
	const newest = newRange(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null);
	return [newest, ...splitOff(newest, times)];
}

function newRange(upper: number, lower: number, older: TimeRange | null): TimeRange {
	return { upper, lower, older, position: upper, cursor: null, headDensity: null, density: 0 };
}

/** Splits the older parts off a range. @param times - where to split, newest first @returns the new ranges, newest first */
function splitOff(range: TimeRange, times: readonly number[]): TimeRange[] {
	const parts: TimeRange[] = [];
	for (const time of times.toReversed()) {
		range.older = newRange(time, range.lower, range.older);
		range.lower = time;
		parts.unshift(range.older);
	}
	return parts;
}

/** Objects per second. 0 where all have the same creation time, which says nothing about what is older. */
export function densityOf(count: number, newest: number, oldest: number): number {
	return newest > oldest ? count / (newest - oldest) : 0;
}

/** Estimate of where the list ends. */
export interface EndEstimate {
	/** Nothing, or probably nothing, is older than this. */
	readonly at: number;
	/** Number of requests for which the estimate can be trusted; Infinity if the end is known. */
	readonly confidence: number;
}

/**
 * Splits the range that has the most left to read into parts that are each worth a request.
 * @param boundaries - page boundaries of the previous reading; they cover everything older than the newest of them
 * @param maxParts - upper limit for new ranges
 * @returns the new ranges; empty if no split is worth a request. The range that was split keeps its newest part
 */
export function subdivideLargest(ranges: Iterable<TimeRange>, boundaries: PageBoundaries, end: EndEstimate, maxParts: number): TimeRange[] {
	let largest: TimeRange | undefined;
	let mostRequests = 0;
	for (const range of ranges) {
		const requests = requestsLeft(range, boundaries, end);
		if (requests > mostRequests) [largest, mostRequests] = [range, requests];
	}
	if (largest === undefined) return [];
	const { position, lower } = largest;
	const times = isCovered(largest, boundaries)
		? boundaries.pick(position, lower, maxParts)
		: estimatedSplits(largest, Math.floor(mostRequests), end, maxParts);
	return splitOff(largest, times);
}

function isCovered({ lower }: TimeRange, boundaries: PageBoundaries): boolean {
	return lower < boundaries.newest;
}

/** Estimated requests for the rest of a range; 0 while nothing can be estimated, because the density at one of its ends is unknown. */
export function requestsLeft(range: TimeRange, boundaries: PageBoundaries, end: EndEstimate): number {
	const { position, lower, density, headDensity, older } = range;
	if (isCovered(range, boundaries)) return boundaries.countBetween(position, lower) + 1;
	const olderDensity = older === null ? density : older.headDensity;
	if (headDensity === null || olderDensity === null) return 0;
	return (Math.max(0, position - Math.max(lower, end.at)) * (density + olderDensity)) / 2 / MIN_OBJECTS_PER_REQUEST;
}

/** Where to split a range of which only the density is known; newest first. */
function estimatedSplits({ position, lower }: TimeRange, requests: number, end: EndEstimate, maxParts: number): number[] {
	const oldest = Math.max(lower, end.at);
	const times: number[] = [];
	for (const share of lower < end.at && requests > end.confidence
		? exponentialShares(requests, end.confidence, maxParts)
		: evenShares(requests, maxParts)) {
		const time = Math.floor(position - (position - oldest) * share);
		if (time < (times.at(-1) ?? position) && time > oldest) times.push(time);
	}
	return times;
}

function evenShares(requests: number, maxParts: number): number[] {
	const parts = Math.min(maxParts + 1, requests);
	return Array.from({ length: Math.max(0, parts - 1) }, (_, index) => (index + 1) / parts);
}

/** Each part as large as all before it, starting within the trusted requests: beyond them, the list may end anywhere. */
function exponentialShares(requests: number, confidence: number, maxParts: number): number[] {
	const shares: number[] = [];
	for (let size = Math.max(1, confidence / 2 ** (maxParts - 1)); size < requests && shares.length < maxParts; size *= 2)
		shares.push(size / requests);
	return shares;
}
