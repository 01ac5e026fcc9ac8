import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultRate, RateLimiter } from '../../src/stripe/api/rate-limiter.js';

/** Time that passes only when it is told to, or slept through. */
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

/** When so many requests get their turn, one asking after the other. */
async function turns(pace: RateLimiter, { now }: ReturnType<typeof clock>, count: number): Promise<number[]> {
	const began = now();
	const turns: number[] = [];
	for (let i = 0; i < count; i++) {
		await pace.acquire();
		turns.push(now() - began);
	}
	return turns;
}

test('a live key is good for 20 requests a second, a test key for 10', () => {
	expect(['sk_live_1', 'rk_live_1', 'sk_test_1', 'rk_test_1'].map(defaultRate)).toEqual([20, 20, 10, 10]);
});

test('no second has more requests than the pace allows, and none waits without need', async () => {
	const time = clock();
	const all = await turns(new RateLimiter(20, time), time, 50);
	expect(all).toEqual([...Array(20).fill(0), ...Array(20).fill(1000), ...Array(10).fill(2000)]);
});

test('whoever asks at once gets a turn in the order of asking', async () => {
	let now = 0;
	const waits: number[] = [];
	const pace = new RateLimiter(2, {
		now: () => now,
		sleep: async (ms) => {
			waits.push(ms);
		}
	});
	await Promise.all(Array.from({ length: 6 }, () => pace.acquire()));
	expect(waits).toEqual([1000, 1000, 2000, 2000]);
	expect(pace.available).toBe(0);
	now = 2_999;
	expect(pace.available).toBe(0);
	now = 3_000;
	expect(pace.available).toBe(2);
});

test('refused, it goes half as fast, and comes back by one a second', () => {
	const time = clock();
	const pace = new RateLimiter(20, time);
	pace.backOff();
	expect(pace.ratePerSecond).toBe(10);
	time.pass(3_000);
	expect(pace.ratePerSecond).toBe(13);
	time.pass(60_000);
	expect(pace.ratePerSecond).toBe(20);
});

test('requests that are refused together slow it down once, and it never stands still', () => {
	const time = clock();
	const pace = new RateLimiter(20, time);
	for (let i = 0; i < 20; i++) pace.backOff();
	expect(pace.ratePerSecond).toBe(10);
	for (let i = 0; i < 20; i++) {
		time.pass(1_000);
		pace.backOff();
	}
	expect(pace.ratePerSecond).toBe(1);
});

test('whatever happens, no second has more requests than were allowed at its end', async () => {
	const event = fc.oneof(fc.constant('turn' as const), fc.constant('refused' as const), fc.integer({ min: 1, max: 700 }));
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.array(event, { maxLength: 200 }), async (most, events) => {
			const time = clock();
			const pace = new RateLimiter(most, time);
			const made: number[] = [];
			for (const event of events) {
				if (event === 'refused') pace.backOff();
				else if (event === 'turn') {
					await pace.acquire();
					made.push(time.now());
					expect(made.filter((at) => at > time.now() - 1000).length).toBeLessThanOrEqual(pace.ratePerSecond);
				} else time.pass(event);
			}
		})
	);
});
