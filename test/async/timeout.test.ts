import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { raceTimeout, settleWithin } from '../../src/async/timeout.js';

const NEVER = new Promise<never>(() => {});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('raceTimeout', () => {
	it('resolves to the value that arrives in time, and leaves no timer', async () => {
		await expect(raceTimeout(1_000, Promise.resolve('value'), 'fallback')).resolves.toBe('value');
		expect(vi.getTimerCount()).toBe(0);
	});

	it('resolves to the fallback at the timeout, and not before', async () => {
		let result: string | null = null;
		raceTimeout(1_000, NEVER, 'fallback').then((value) => {
			result = value;
		});
		await vi.advanceTimersByTimeAsync(999);
		expect(result).toBeNull();
		await vi.advanceTimersByTimeAsync(1);
		expect(result).toBe('fallback');
	});

	it('rejects like a promise that rejects in time, and leaves no timer', async () => {
		await expect(raceTimeout(1_000, Promise.reject(new Error('no')), 'fallback')).rejects.toThrow('no');
		expect(vi.getTimerCount()).toBe(0);
	});

	it('ignores a rejection after the timeout', async () => {
		const { promise, reject } = deferred();
		const raced = raceTimeout(1_000, promise, 'fallback');
		await vi.advanceTimersByTimeAsync(1_000);
		reject(new Error('too late'));
		await expect(raced).resolves.toBe('fallback');
	});
});

describe('settleWithin', () => {
	it('waits for the promise', async () => {
		const { promise, resolve } = deferred();
		let settled = false;
		const waiting = settleWithin(1_000, promise).then(() => {
			settled = true;
		});
		await vi.advanceTimersByTimeAsync(999);
		expect(settled).toBe(false);
		resolve();
		await waiting;
	});

	it('resolves at the timeout', async () => {
		const waiting = settleWithin(1_000, NEVER);
		await vi.advanceTimersByTimeAsync(1_000);
		await expect(waiting).resolves.toBeUndefined();
	});

	it('rejects like a promise that rejects in time', async () => {
		await expect(settleWithin(1_000, Promise.reject(new Error('no')))).rejects.toThrow('no');
	});
});

function deferred() {
	let resolve = () => {};
	let reject = (_error: Error) => {};
	const promise = new Promise<void>((resolvePromise, rejectPromise) => {
		resolve = resolvePromise;
		reject = rejectPromise;
	});
	return { promise, resolve, reject };
}
