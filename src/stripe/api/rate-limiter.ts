import type { Timing } from '../../async/backoff.js';
import { isLiveKey } from './key.js';

const SECOND_MS = 1000;

/** Stripe allows 25 requests a second to one endpoint; the rest is for whoever else uses the account. */
const LIVE_PER_SECOND = 20;
/** 25 to the whole account. */
const TEST_PER_SECOND = 10;

/** How many requests a second Reeve makes at most with a key. */
export function defaultRate(secretKey: string): number {
	return isLiveKey(secretKey) ? LIVE_PER_SECOND : TEST_PER_SECOND;
}

/**
 * How fast Reeve may ask: no second has more requests than the pace allows. Where that was still too much, it is halved, and comes
 * back by one request a second with every second that passes.
 */
export class RateLimiter {
	/** When the newest requests were made, or may be; as many as matter. */
	private readonly turns: number[] = [];
	private slowedAt: number | null = null;
	private slowedTo: number;

	/** @param most - requests a second, at least 1 */
	public constructor(
		private readonly most: number,
		private readonly clockwork: Pick<Timing, 'now' | 'sleep'>
	) {
		this.slowedTo = most;
	}

	/** Requests a second, as things are now. */
	public get ratePerSecond(): number {
		if (this.slowedAt === null) return this.most;
		return Math.min(this.most, this.slowedTo + Math.floor((this.clockwork.now() - this.slowedAt) / SECOND_MS));
	}

	/** How many requests could be made at once. */
	public get available(): number {
		const since = this.clockwork.now() - SECOND_MS;
		return Math.max(0, this.ratePerSecond - this.turns.filter((turn) => turn > since).length);
	}

	/** Resolves when it is the caller's turn: first come, first served. */
	public async acquire(): Promise<void> {
		const { now, sleep } = this.clockwork;
		const turn = Math.max(now(), this.nextTurn());
		this.turns.push(turn);
		if (this.turns.length > this.most) this.turns.shift();
		if (turn > now()) await sleep(turn - now());
	}

	/** Stripe has said that it was too much. Requests that were refused together slow it down once. */
	public backOff(): void {
		const now = this.clockwork.now();
		if (this.slowedAt !== null && now - this.slowedAt < SECOND_MS) return;
		this.slowedTo = Math.max(1, Math.floor(this.ratePerSecond / 2));
		this.slowedAt = now;
	}

	private nextTurn(): number {
		const before = this.turns.at(-this.ratePerSecond);
		return before === undefined ? 0 : before + SECOND_MS;
	}
}
