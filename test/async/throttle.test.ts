import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createThrottle } from '../../src/async/throttle.js';

/** A throttle and the times of its renders, in milliseconds from now. */
function throttled(rate: Parameters<typeof createThrottle>[1], render: () => Promise<unknown> = async () => {}) {
	const startedAt = Date.now();
	const renderedAt: number[] = [];
	const throttle = createThrottle(() => {
		renderedAt.push(Date.now() - startedAt);
		return render();
	}, rate);
	return { throttle, renderedAt };
}

const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);

beforeEach(() => {
	vi.useFakeTimers();
});
afterEach(() => {
	vi.useRealTimers();
});

describe('createThrottle', () => {
	it('renders at the given rate, and only when requested', async () => {
		const { throttle, renderedAt } = throttled({ everyMs: 1_000 });
		for (let change = 0; change < 25; change++) {
			throttle.schedule();
			await pass(100);
		}
		await pass(10_000);
		expect(renderedAt).toEqual([0, 1_000, 2_000, 3_000]);
		throttle.schedule();
		await pass(0);
		expect(renderedAt.at(-1)).toBe(12_500);
	});

	it('does not render before the first delay has passed', async () => {
		const { throttle, renderedAt } = throttled({ everyMs: 1_000, firstAfterMs: 3_000 });
		throttle.schedule();
		await pass(2_999);
		expect(renderedAt).toEqual([]);
		await pass(1);
		expect(renderedAt).toEqual([3_000]);
	});

	it('renders again after a failure, and never twice at a time', async () => {
		const ends: (() => void)[] = [];
		const { throttle, renderedAt } = throttled(
			{ everyMs: 1_000 },
			() => new Promise((_, reject) => ends.push(() => reject(new Error('no'))))
		);
		throttle.schedule();
		await pass(0);
		throttle.schedule();
		await pass(5_000);
		expect(renderedAt).toEqual([0]);
		ends[0]?.();
		await pass(0);
		expect(renderedAt).toEqual([0, 5_000]);
	});

	it('waits in flush for the render in progress, and renders nothing afterwards', async () => {
		let end = () => {};
		const { throttle, renderedAt } = throttled({ everyMs: 1_000 }, () => new Promise<void>((resolve) => (end = resolve)));
		throttle.schedule();
		await pass(0);
		throttle.schedule();
		let flushed = false;
		const finished = throttle.flush().then(() => (flushed = true));
		await pass(5_000);
		expect(flushed).toBe(false);
		end();
		await finished;
		throttle.schedule();
		await pass(5_000);
		expect(renderedAt).toEqual([0]);
	});
});
