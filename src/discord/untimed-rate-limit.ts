import { backoffDelay, type Timing } from '../async/backoff.js';

/** Discord keeps answering with 429. */
export class TooManyRequestsError extends Error {
	public override readonly name = 'TooManyRequestsError';
}

const INITIAL_BACKOFF_MS = 1_000;
const MAX_BACKOFF_MS = 60_000;

/** Half a minute of backoff. */
const MAX_RETRIES = 5;

/**
 * Backoff for a 429 that does not say how long to wait. Cloudflare sends it in Discord's place, for everything that comes from this
 * machine: all requests wait together. After {@link MAX_RETRIES} in a row requests fail at once until the backoff is over, so that a bulk
 * fix ends in half a minute instead of repeating that for each member.
 */
export class UntimedRateLimit {
	/** 429s in a row, those of one burst counted once. */
	private hits = 0;
	private until = Number.NEGATIVE_INFINITY;

	public constructor(private readonly timing: Timing) {}

	/** Resolves when a request may be sent. @throws {TooManyRequestsError} after too many 429s, without sending it */
	public async wait(): Promise<void> {
		for (let leftMs = this.leftMs(); leftMs > 0; leftMs = this.leftMs()) {
			if (this.hits > MAX_RETRIES) throw this.error();
			await this.timing.sleep(leftMs);
		}
	}

	/** A request was answered with 429. @throws {TooManyRequestsError} if it should not be repeated */
	public hit(): void {
		if (this.leftMs() <= 0) {
			this.hits += 1;
			const delayMs = backoffDelay(INITIAL_BACKOFF_MS, this.hits - 1, this.timing.random);
			this.until = this.timing.now() + Math.min(delayMs, MAX_BACKOFF_MS);
		}
		if (this.hits > MAX_RETRIES) throw this.error();
	}

	/** A request was answered with something else. */
	public reset(): void {
		this.hits = 0;
		this.until = Number.NEGATIVE_INFINITY;
	}

	private leftMs(): number {
		return this.until - this.timing.now();
	}

	private error(): TooManyRequestsError {
		return new TooManyRequestsError(`Discord rate-limited ${this.hits} requests in a row and did not say for how long.`);
	}
}
