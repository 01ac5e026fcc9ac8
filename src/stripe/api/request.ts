import Stripe from 'stripe';
import { backoffDelay, type Timing } from '../../async/backoff.js';
import { type Resource, sourceError } from './errors.js';
import type { RateLimiter } from './rate-limiter.js';

/** Makes one request, with all the patience it takes. @throws {SourceError} */
export type StripeRequest = <Answer>(resource: Resource, request: (stripe: Stripe) => Promise<Answer>) => Promise<Answer>;

const RATE_LIMIT_RETRIES = 5;
const FAILURE_RETRIES = 2;
const INITIAL_BACKOFF_MS = 500;

/**
 * Keeps to the pace. Where that was still too fast, and where Stripe could not be reached or was in trouble, the request is made again
 * after a while: Reeve only reads, so that repeating does no harm.
 */
export function createRequester(stripe: Stripe, pace: RateLimiter, { sleep, random }: Pick<Timing, 'sleep' | 'random'>): StripeRequest {
	return async (resource, request) => {
		for (let attempt = 0; ; attempt++) {
			await pace.acquire();
			try {
				return await request(stripe);
			} catch (error) {
				if (isRateLimited(error)) pace.backOff();
				if (attempt >= retriesAfter(error)) throw sourceError(error, resource);
				await sleep(backoffDelay(INITIAL_BACKOFF_MS, attempt, random));
			}
		}
	};
}

function isRateLimited(error: unknown): boolean {
	return error instanceof Stripe.errors.StripeRateLimitError;
}

/** How often a request that ended like this is made again. */
function retriesAfter(error: unknown): number {
	if (!(error instanceof Stripe.errors.StripeError)) return 0;
	if (isRateLimited(error)) return RATE_LIMIT_RETRIES;
	const { statusCode: status } = error;
	// Without a status: no answer came, or one that cannot be understood, as from a proxy whose Stripe is away.
	return status === undefined || status === 409 || status >= 500 ? FAILURE_RETRIES : 0;
}
