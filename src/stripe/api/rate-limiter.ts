import type { Timing } from '../../async/backoff.js';
import { isLiveKey } from './key.js';

const SECOND_MS = 1000;

/** Of the 25 requests a second that Stripe allows per endpoint; the rest is left to other clients of the account. */
const LIVE_RATE = 20;
/** In test mode, Stripe allows 25 a second for the whole account. */
const TEST_RATE = 10;

/** Requests per second that Reeve makes at most with a key. */
export function defaultRate(secretKey: string): number {
	return isLiveKey(secretKey) ? LIVE_RATE : TEST_RATE;
}

/**
 * Sliding-window rate limiter, first come, first served: no second has more than `ratePerSecond` requests. {@link backOff} halves the
 * rate; it recovers by one request per second each second.
 *
 * Not p-throttle or bottleneck: neither lowers its rate after a 429, and parallel list reading has to know how many requests are free.
 */
export class RateLimiter {
	/** Times of the newest requests, sent or scheduled; at most `maxRate` of them. Milliseconds. */
	private readonly requestTimes: number[] = [];
	private backedOffAt: number | null = null;
	private backedOffRate: number;

	/** @param maxRate - requests per second, at least 1 */
	public constructor(
		private readonly maxRate: number,
		private readonly timing: Pick<Timing, 'now' | 'sleep'>
	) {
		this.backedOffRate = maxRate;
	}

	/** Requests per second allowed now. */
	public get ratePerSecond(): number {
		if (this.backedOffAt === null) return this.maxRate;
		return Math.min(this.maxRate, this.backedOffRate + Math.floor((this.timing.now() - this.backedOffAt) / SECOND_MS));
	}

	/** Requests that could be sent now without waiting. */
	public get available(): number {
		const since = this.timing.now() - SECOND_MS;
		return Math.max(0, this.ratePerSecond - this.requestTimes.filter((time) => time > since).length);
	}

	/** Resolves when the caller may send its request. */
	public async acquire(): Promise<void> {
		const { now, sleep } = this.timing;
		const time = Math.max(now(), this.nextTime());
		this.requestTimes.push(time);
		if (this.requestTimes.length > this.maxRate) this.requestTimes.shift();
		if (time > now()) await sleep(time - now());
	}

	/** Halves the rate after a 429. Calls within a second count once: they belong to one burst. */
	public backOff(): void {
		const now = this.timing.now();
		if (this.backedOffAt !== null && now - this.backedOffAt < SECOND_MS) return;
		this.backedOffRate = Math.max(1, Math.floor(this.ratePerSecond / 2));
		this.backedOffAt = now;
	}

	private nextTime(): number {
		const oldest = this.requestTimes.at(-this.ratePerSecond);
		return oldest === undefined ? 0 : oldest + SECOND_MS;
	}
}
