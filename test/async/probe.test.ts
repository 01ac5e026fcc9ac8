import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { probe } from '../../src/async/probe.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('probe', () => {
	it('returns the value', async () => {
		await expect(probe('Redis', async () => 7)).resolves.toEqual({ ok: true, value: 7 });
	});

	it('returns the message of an error, also of one thrown before the first await', async () => {
		await expect(probe('Redis', () => Promise.reject(new Error('refused')))).resolves.toEqual({ ok: false, error: 'refused' });
		const throws = () => {
			throw new Error('no connection');
		};
		await expect(probe('Redis', throws)).resolves.toEqual({ ok: false, error: 'no connection' });
	});

	it('names the source that does not answer within 5 seconds', async () => {
		const result = probe('Redis', () => new Promise(() => {}));
		await vi.advanceTimersByTimeAsync(5_000);
		await expect(result).resolves.toEqual({ ok: false, error: 'Redis did not answer within 5 seconds.' });
	});
});
