import { describe, expect, it } from 'vitest';
import { backoffDelay, SYSTEM_TIMING } from '../../src/async/backoff.js';

describe('backoffDelay', () => {
	it('doubles with each attempt', () => {
		const delays = [0, 1, 2, 3].map((attempt) => backoffDelay(100, attempt, () => 0.5));
		expect(delays).toEqual([75, 150, 300, 600]);
	});

	it('is at least half of the full delay and less than all of it', () => {
		expect(backoffDelay(100, 0, () => 0)).toBe(50);
		expect(backoffDelay(100, 0, () => 0.999)).toBeCloseTo(99.95);
	});
});

describe('SYSTEM_TIMING', () => {
	it('sleeps at least as long as its own clock measures', async () => {
		const startedAt = SYSTEM_TIMING.now();
		await SYSTEM_TIMING.sleep(20);
		// A timer may fire a fraction of a millisecond early.
		expect(SYSTEM_TIMING.now() - startedAt).toBeGreaterThan(18);
	});
});
