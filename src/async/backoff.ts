import { setTimeout } from 'node:timers/promises';

/** Clock, sleep and randomness, so that tests can control them. Times in milliseconds. */
export interface Timing {
	/** Monotonic; only differences mean something. */
	readonly now: () => number;
	readonly sleep: (ms: number) => Promise<unknown>;
	/** From 0 up to, but not including, 1. */
	readonly random: () => number;
}

export const SYSTEM_TIMING: Timing = {
	now: () => performance.now(),
	sleep: (ms) => setTimeout(ms),
	random: Math.random
};

/**
 * Exponential backoff: `initialMs`, doubled with each attempt. Half of the delay is jitter, so that requests that failed together are
 * not retried together.
 * @param attempt - retries made so far: 0 before the first
 * @returns milliseconds to wait before the next attempt
 */
export function backoffDelay(initialMs: number, attempt: number, random: Timing['random']): number {
	return initialMs * 2 ** attempt * (0.5 + random() / 2);
}
