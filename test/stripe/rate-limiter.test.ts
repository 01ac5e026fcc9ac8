import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultRate, RateLimiter } from '../../src/stripe/api/rate-limiter.js';

/** Fake clock: advances by sleeping and by `pass`. */
function clock() {
	let time = 1_000_000;
	return {
		now: () => time,
		sleep: async (ms: number) => {
			time += ms;
		},
		pass: (ms: number) => {
			time += ms;
		}
	};
}

/** Milliseconds after which each of `count` sequential requests is allowed. */
async function acquireTimes(limiter: RateLimiter, { now }: ReturnType<typeof clock>, count: number): Promise<number[]> {
	const startedAt = now();
	const times: number[] = [];
	for (let i = 0; i < count; i++) {
		await limiter.acquire();
		times.push(now() - startedAt);
	}
	return times;
}

test('defaultRate is 20 per second for a live key and 10 for a test key', () => {
	expect(['sk_live_1', 'rk_live_1', 'sk_test_1', 'rk_test_1'].map(defaultRate)).toEqual([20, 20, 10, 10]);
});

test('RateLimiter allows a full second of requests at once and delays the rest by a second', async () => {
	const time = clock();
	const all = await acquireTimes(new RateLimiter(20, time), time, 50);
	expect(all).toEqual([...Array(20).fill(0), ...Array(20).fill(1000), ...Array(10).fill(2000)]);
});

test('RateLimiter serves concurrent callers first come, first served', async () => {
	let now = 0;
	const waits: number[] = [];
	const limiter = new RateLimiter(2, {
		now: () => now,
		sleep: async (ms) => {
			waits.push(ms);
		}
	});
	await Promise.all(Array.from({ length: 6 }, () => limiter.acquire()));
	expect(waits).toEqual([1000, 1000, 2000, 2000]);
	expect(limiter.available).toBe(0);
	now = 2_999;
	expect(limiter.available).toBe(0);
	now = 3_000;
	expect(limiter.available).toBe(2);
});

test('backOff halves the rate, which recovers by one per second', () => {
	const time = clock();
	const limiter = new RateLimiter(20, time);
	limiter.backOff();
	expect(limiter.ratePerSecond).toBe(10);
	time.pass(3_000);
	expect(limiter.ratePerSecond).toBe(13);
	time.pass(60_000);
	expect(limiter.ratePerSecond).toBe(20);
});

test('backOff counts a burst of 429s once and never goes below one request per second', () => {
	const time = clock();
	const limiter = new RateLimiter(20, time);
	for (let i = 0; i < 20; i++) limiter.backOff();
	expect(limiter.ratePerSecond).toBe(10);
	for (let i = 0; i < 20; i++) {
		time.pass(1_000);
		limiter.backOff();
	}
	expect(limiter.ratePerSecond).toBe(1);
});

test('RateLimiter never exceeds the current rate within a second, for any sequence of events', async () => {
	const event = fc.oneof(fc.constant('request' as const), fc.constant('429' as const), fc.integer({ min: 1, max: 700 }));
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.array(event, { maxLength: 200 }), async (maxRate, events) => {
			const time = clock();
			const limiter = new RateLimiter(maxRate, time);
			const times: number[] = [];
			for (const event of events) {
				if (event === '429') limiter.backOff();
				else if (event === 'request') {
					await limiter.acquire();
					times.push(time.now());
					expect(times.filter((at) => at > time.now() - 1000).length).toBeLessThanOrEqual(limiter.ratePerSecond);
				} else time.pass(event);
			}
		})
	);
});
