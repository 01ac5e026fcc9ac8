import Stripe from 'stripe';
import { backoffDelay, type Timing } from '../../async/backoff.js';
import { type Resource, sourceError } from './errors.js';
import type { RateLimiter } from './rate-limiter.js';

/** Sends one request, with rate limiting and retries. @throws {SourceError} */
export type StripeRequest = <Response>(resource: Resource, send: (stripe: Stripe) => Promise<Response>) => Promise<Response>;

const RATE_LIMIT_RETRIES = 5;
const FAILURE_RETRIES = 2;
const INITIAL_BACKOFF_MS = 500;

/**
 * Sends requests at the limiter's rate. Retries after a 429, a lost connection or a 5xx, with exponential backoff; Reeve only reads, so
 * a retry is safe.
 *
 * Not p-retry: each attempt has to pass the rate limiter, and the number of retries depends on the error.
 */
export function createRequester(
	stripe: Stripe,
	rateLimiter: RateLimiter,
	{ sleep, random }: Pick<Timing, 'sleep' | 'random'>
): StripeRequest {
	return async (resource, send) => {
		for (let attempt = 0; ; attempt++) {
			await rateLimiter.acquire();
			try {
				return await send(stripe);
			} catch (error) {
				if (isRateLimited(error)) rateLimiter.backOff();
				if (attempt >= maxRetries(error)) throw sourceError(error, resource);
				await sleep(backoffDelay(INITIAL_BACKOFF_MS, attempt, random));
			}
		}
	};
}

function isRateLimited(error: unknown): boolean {
	return error instanceof Stripe.errors.StripeRateLimitError;
}

function maxRetries(error: unknown): number {
	if (!(error instanceof Stripe.errors.StripeError)) return 0;
	if (isRateLimited(error)) return RATE_LIMIT_RETRIES;
	const { statusCode: status } = error;
	// No status: no response, or one that does not parse, such as a proxy's error page.
	return status === undefined || status === 409 || status >= 500 ? FAILURE_RETRIES : 0;
}
