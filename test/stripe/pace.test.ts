import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Pace, perSecondWith } from '../../src/stripe/pace.js';

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
async function turns(pace: Pace, { now }: ReturnType<typeof clock>, count: number): Promise<number[]> {
	const began = now();
	const turns: number[] = [];
	for (let i = 0; i < count; i++) {
		await pace.turn();
		turns.push(now() - began);
	}
	return turns;
}

test('a live key is good for 20 requests a second, a test key for 10', () => {
	expect(['sk_live_1', 'rk_live_1', 'sk_test_1', 'rk_test_1'].map(perSecondWith)).toEqual([20, 20, 10, 10]);
});

test('no second has more requests than the pace allows, and none waits without need', async () => {
	const time = clock();
	const all = await turns(new Pace(20, time), time, 50);
	expect(all).toEqual([...Array(20).fill(0), ...Array(20).fill(1000), ...Array(10).fill(2000)]);
});

test('whoever asks at once gets a turn in the order of asking', async () => {
	let now = 0;
	const waits: number[] = [];
	const pace = new Pace(2, {
		now: () => now,
		sleep: async (ms) => {
			waits.push(ms);
		}
	});
	await Promise.all(Array.from({ length: 6 }, () => pace.turn()));
	expect(waits).toEqual([1000, 1000, 2000, 2000]);
	expect(pace.free).toBe(0);
	now = 2_999;
	expect(pace.free).toBe(0);
	now = 3_000;
	expect(pace.free).toBe(2);
});

test('refused, it goes half as fast, and comes back by one a second', () => {
	const time = clock();
	const pace = new Pace(20, time);
	pace.slowDown();
	expect(pace.perSecond).toBe(10);
	time.pass(3_000);
	expect(pace.perSecond).toBe(13);
	time.pass(60_000);
	expect(pace.perSecond).toBe(20);
});

test('requests that are refused together slow it down once, and it never stands still', () => {
	const time = clock();
	const pace = new Pace(20, time);
	for (let i = 0; i < 20; i++) pace.slowDown();
	expect(pace.perSecond).toBe(10);
	for (let i = 0; i < 20; i++) {
		time.pass(1_000);
		pace.slowDown();
	}
	expect(pace.perSecond).toBe(1);
});

test('whatever happens, no second has more requests than were allowed at its end', async () => {
	const event = fc.oneof(fc.constant('turn' as const), fc.constant('refused' as const), fc.integer({ min: 1, max: 700 }));
	await fc.assert(
		fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.array(event, { maxLength: 200 }), async (most, events) => {
			const time = clock();
			const pace = new Pace(most, time);
			const made: number[] = [];
			for (const event of events) {
				if (event === 'refused') pace.slowDown();
				else if (event === 'turn') {
					await pace.turn();
					made.push(time.now());
					expect(made.filter((at) => at > time.now() - 1000).length).toBeLessThanOrEqual(pace.perSecond);
				} else time.pass(event);
			}
		})
	);
});
