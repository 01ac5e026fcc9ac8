/** Lower bounds for any implementation: computed, not measured. */

/** Stripe's largest page. */
export const PAGE_SIZE = 100;

export interface ReadingBound {
	readonly requests: number;
	readonly ms: number;
}

/**
 * Bound for reading every subscription with its customer: one request per page at the rate limit, or the chain of requests that
 * depend on each other (event cursor, all pages concurrently, changes since), whichever takes longer.
 * @param options.requestMs - milliseconds of one request: latency plus the overhead of machine and server
 * @param options.isFirst - a first reading needs the newest page before it knows that there are others
 * @param options.perSecond - rate limit; a burst of one second's worth at the start can be a second faster
 */
export function readingBound(
	subscriptions: number,
	{ perSecond, requestMs, isFirst }: { readonly perSecond: number; readonly requestMs: number; readonly isFirst: boolean }
): ReadingBound {
	const requests = Math.max(1, Math.ceil(subscriptions / PAGE_SIZE));
	const chain = isFirst && requests > 1 ? 4 : 3;
	return { requests, ms: Math.max((requests / perSecond) * 1000, chain * requestMs) };
}

/** A Discord rate-limit bucket: `limit` requests per window of `seconds`, which starts with its first request. */
export interface Bucket {
	readonly limit: number;
	readonly seconds: number;
}

/** Bound for the requests of one bucket, in milliseconds: all windows but the last. */
export function bucketBound(requests: number, { limit, seconds }: Bucket): number {
	return Math.max(0, Math.ceil(requests / limit) - 1) * seconds * 1000;
}

/** Scales a measurement linearly to another size. */
export function scaled(ms: number, measuredSize: number, size: number): number {
	return (ms / measuredSize) * size;
}
