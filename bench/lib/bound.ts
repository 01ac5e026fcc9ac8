/** The least that anybody could take, whatever they did: computed, not measured. */

/** Stripe's largest page. */
export const PAGE = 100;

export interface ReadingBound {
	readonly requests: number;
	readonly ms: number;
}

/**
 * Reads every subscription with its customer: no fewer requests than there are pages, no more of them in a second than the rate, and
 * one after the other where each rests on the last: where the events stand, all pages side by side, and what has changed meanwhile.
 * @param options.requestMs - how long a request takes: the latency, and what the machine and the server add
 * @param options.isFirst - whoever has not read the list before must see its newest page to know that there are others
 * @param options.perSecond - how many requests may be begun in a second; whoever begins with a second's worth at once can be a second faster
 */
export function readingBound(
	subscriptions: number,
	{ perSecond, requestMs, isFirst }: { readonly perSecond: number; readonly requestMs: number; readonly isFirst: boolean }
): ReadingBound {
	const requests = Math.max(1, Math.ceil(subscriptions / PAGE));
	const chain = isFirst && requests > 1 ? 4 : 3;
	return { requests, ms: Math.max((requests / perSecond) * 1000, chain * requestMs) };
}

/** A bucket of Discord's: so many requests in a window of so many seconds, which begins with its first request. */
export interface Bucket {
	readonly limit: number;
	readonly seconds: number;
}

/** How long the requests of one bucket take at least, in milliseconds: whole windows but for the last, which costs nothing. */
export function bucketBound(requests: number, { limit, seconds }: Bucket): number {
	return Math.max(0, Math.ceil(requests / limit) - 1) * seconds * 1000;
}

/** What a measurement at one size says of another, where the cost grows as the size does. */
export function scaled(ms: number, measuredSize: number, size: number): number {
	return (ms / measuredSize) * size;
}
