import Stripe from 'stripe';
import { type Resource, sourceError } from './errors.js';

/** Time and chance, so that tests can hold them still. */
export interface Clockwork {
	readonly now: () => number;
	readonly sleep: (ms: number) => Promise<void>;
	/** From 0 up to 1. */
	readonly random: () => number;
}

/** Makes one request, with all the patience it takes. @throws {SourceError} */
export type Ask = <Answer>(resource: Resource, request: (stripe: Stripe) => Promise<Answer>) => Promise<Answer>;

/** Stripe allows 25 requests a second to one endpoint; the rest is for whoever else uses the account. */
const REQUESTS_PER_SECOND = 20;
const RATE_LIMIT_RETRIES = 5;
const FAILURE_RETRIES = 2;
const FIRST_WAIT_MS = 500;

/**
 * Keeps to Stripe's rate limits: no more than 20 requests a second for one resource. Where that was still too much, and where Stripe
 * could not be reached or was in trouble, the request is made again after a while: Reeve only reads, so that repeating does no harm.
 */
export function createAsk(stripe: Stripe, { now, sleep, random }: Clockwork): Ask {
	const started = new Map<Resource, number[]>();

	async function waitForTurn(resource: Resource): Promise<void> {
		const starts = started.get(resource) ?? [];
		started.set(resource, starts);
		const oldest = starts.length < REQUESTS_PER_SECOND ? undefined : starts.shift();
		const turn = oldest === undefined ? now() : Math.max(now(), oldest + 1000);
		starts.push(turn);
		if (turn > now()) await sleep(turn - now());
	}

	return async (resource, request) => {
		for (let attempt = 0; ; attempt++) {
			await waitForTurn(resource);
			try {
				return await request(stripe);
			} catch (error) {
				if (attempt >= retriesAfter(error)) throw sourceError(error, resource);
				// Half of the wait is chance, so that requests refused together do not come back together.
				await sleep(FIRST_WAIT_MS * 2 ** attempt * (0.5 + random() / 2));
			}
		}
	};
}

/** How often a request that ended like this is made again. */
function retriesAfter(error: unknown): number {
	if (!(error instanceof Stripe.errors.StripeError)) return 0;
	if (error instanceof Stripe.errors.StripeRateLimitError) return RATE_LIMIT_RETRIES;
	const { statusCode: status } = error;
	// Without a status: no answer came, or one that cannot be understood, as from a proxy whose Stripe is away.
	return status === undefined || status === 409 || status >= 500 ? FAILURE_RETRIES : 0;
}
