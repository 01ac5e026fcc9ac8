import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createThrottle } from '../../src/async/throttle.js';

/** What was shown, in milliseconds from the beginning. */
function pacedBy(pace: Parameters<typeof createThrottle>[1], show: () => Promise<unknown> = async () => {}) {
	const begun = Date.now();
	const shown: number[] = [];
	const paced = createThrottle(() => {
		shown.push(Date.now() - begun);
		return show();
	}, pace);
	return { paced, shown };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

describe('what changes quickly', () => {
	test('is shown at its pace, and only when there is something new', async () => {
		const { paced, shown } = pacedBy({ everyMs: 1_000 });
		for (let change = 0; change < 25; change++) {
			paced.schedule();
			await pass(100);
		}
		await pass(10_000);
		expect(shown).toEqual([0, 1_000, 2_000, 3_000]);
		paced.schedule();
		await pass(0);
		expect(shown.at(-1)).toBe(12_500);
	});

	test('is not shown before it is time to', async () => {
		const { paced, shown } = pacedBy({ everyMs: 1_000, firstAfterMs: 3_000 });
		paced.schedule();
		await pass(2_999);
		expect(shown).toEqual([]);
		await pass(1);
		expect(shown).toEqual([3_000]);
	});

	test('is shown again after a showing that failed, and never two at a time', async () => {
		const ends: (() => void)[] = [];
		const { paced, shown } = pacedBy({ everyMs: 1_000 }, () => new Promise((_, reject) => ends.push(() => reject(new Error('no')))));
		paced.schedule();
		await pass(0);
		paced.schedule();
		await pass(5_000);
		expect(shown).toEqual([0]);
		ends[0]?.();
		await pass(0);
		expect(shown).toEqual([0, 5_000]);
	});

	test('is not shown after the end, which waits for a showing under way', async () => {
		let end = () => {};
		const { paced, shown } = pacedBy({ everyMs: 1_000 }, () => new Promise<void>((resolve) => (end = resolve)));
		paced.schedule();
		await pass(0);
		paced.schedule();
		let over = false;
		const finished = paced.flush().then(() => (over = true));
		await pass(5_000);
		expect(over).toBe(false);
		end();
		await finished;
		paced.schedule();
		await pass(5_000);
		expect(shown).toEqual([0]);
	});
});
