import { SYSTEM_TIMING } from '../async/backoff.js';
import { createClient } from './api/client.js';
import { defaultRate, RateLimiter } from './api/rate-limiter.js';
import { createRequester, type StripeRequest } from './api/request.js';

/** Requests of the doctor, outside a run. */

/** Shorter than a run's: an operator is waiting. */
const REQUEST_DEADLINE_MS = 4_000;

export interface StripeAccess {
	readonly secretKey: string;
	readonly apiUrl: string;
}

/** @param onServerTime - called with Stripe's clock after each request */
export function createQuickRequester({ secretKey, apiUrl }: StripeAccess, onServerTime?: (time: Date) => void): StripeRequest {
	const rateLimiter = new RateLimiter(defaultRate(secretKey), SYSTEM_TIMING);
	const client = createClient({ secretKey, apiUrl, deadlineMs: REQUEST_DEADLINE_MS, ...(onServerTime && { onServerTime }) });
	return createRequester(client, rateLimiter, SYSTEM_TIMING);
}
