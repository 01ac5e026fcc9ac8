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
const FIRST_WAIT_MS = 500;

/**
 * Keeps to Stripe's rate limits: no more than 20 requests a second for one resource, and where that was still too much,
 * the request is made again after a while. (The library retries a 429 only where Stripe tells it to, which it rarely does.)
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
				if (!(error instanceof Stripe.errors.StripeRateLimitError) || attempt === RATE_LIMIT_RETRIES) throw sourceError(error, resource);
				// Half of the wait is chance, so that requests refused together do not come back together.
				await sleep(FIRST_WAIT_MS * 2 ** attempt * (0.5 + random() / 2));
			}
		}
	};
}
