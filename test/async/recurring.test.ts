import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createRecurring } from '../../src/async/recurring.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('createRecurring', () => {
	it('does the work when it is woken, and again after as long as the work says', async () => {
		const times: number[] = [];
		const start = Date.now();
		const recurring = createRecurring(async () => {
			times.push(Date.now() - start);
			return times.length < 3 ? 100 : null;
		});
		await vi.advanceTimersByTimeAsync(1_000);
		expect(times).toEqual([]);
		recurring.wake(50);
		recurring.wake(500);
		await vi.advanceTimersByTimeAsync(1_000);
		expect(times).toEqual([1_050, 1_150, 1_250]);
		expect(vi.getTimerCount()).toBe(0);
		recurring.wake();
		await vi.advanceTimersByTimeAsync(0);
		expect(times).toHaveLength(4);
		await recurring.stop();
	});

	it('does it once more if it was woken meanwhile, never twice at a time', async () => {
		let running = 0;
		let done = 0;
		const recurring = createRecurring(async () => {
			running += 1;
			expect(running).toBe(1);
			await new Promise((resolve) => setTimeout(resolve, 100));
			running -= 1;
			done += 1;
			return null;
		});
		recurring.wake();
		await vi.advanceTimersByTimeAsync(50);
		recurring.wake();
		recurring.wake();
		await vi.advanceTimersByTimeAsync(1_000);
		expect(done).toBe(2);
	});

	it('waits for the work in progress when it is stopped, and does it no more', async () => {
		let done = 0;
		const recurring = createRecurring(async () => {
			await new Promise((resolve) => setTimeout(resolve, 100));
			done += 1;
			return 10;
		});
		recurring.wake();
		await vi.advanceTimersByTimeAsync(50);
		const stopped = recurring.stop();
		recurring.wake();
		await vi.advanceTimersByTimeAsync(1_000);
		await stopped;
		expect(done).toBe(1);
		expect(vi.getTimerCount()).toBe(0);
	});
});
