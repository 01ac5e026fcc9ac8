import { EventEmitter } from 'node:events';
import type { PrismaPg } from '@prisma/adapter-pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeUnresponsiveConnections } from '../../src/store/connection/connection-watchdog.js';

type Pool = ReturnType<Awaited<ReturnType<PrismaPg['connect']>>['underlyingDriver']>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pool under watch, and a probe that responds as the test says. */
function watchPool(respond: () => Promise<unknown>) {
	const pool = new EventEmitter();
	const probe = vi.fn(respond);
	closeUnresponsiveConnections(pool as Pool, probe);
	const connection = () => ({ end: vi.fn(async () => {}) });
	return { pool, probe, connection };
}

const MINUTE = 60_000;

describe('closeUnresponsiveConnections', () => {
	it('keeps a busy connection while the server responds, even with an error', async () => {
		for (const answer of [async () => 1, () => Promise.reject(new Error('too many clients already'))]) {
			const { pool, probe, connection } = watchPool(answer);
			const busy = connection();
			pool.emit('acquire', busy);
			await vi.advanceTimersByTimeAsync(3 * MINUTE);
			expect(probe.mock.calls.length).toBeGreaterThan(10);
			expect(busy.end).not.toHaveBeenCalled();
			pool.emit('release', undefined, busy);
		}
	});

	it('closes a busy connection within seconds when the server is silent, and probes again for a later one', async () => {
		let silent = true;
		const { pool, connection } = watchPool(() => (silent ? new Promise(() => {}) : Promise.resolve()));
		const [first, later] = [connection(), connection()];
		pool.emit('acquire', first);
		await vi.advanceTimersByTimeAsync(10_000);
		pool.emit('acquire', later);
		await vi.advanceTimersByTimeAsync(6_500);
		expect(first.end).toHaveBeenCalledOnce();
		expect(later.end).not.toHaveBeenCalled();
		pool.emit('release', undefined, first);
		silent = false;
		await vi.advanceTimersByTimeAsync(3 * MINUTE);
		expect(later.end).not.toHaveBeenCalled();
	});

	it('does not probe while statements are short or no connection is busy', async () => {
		const { pool, probe, connection } = watchPool(async () => 1);
		for (let statement = 0; statement < 20; statement++) {
			const one = connection();
			pool.emit('acquire', one);
			await vi.advanceTimersByTimeAsync(1_500);
			pool.emit('release', undefined, one);
		}
		await vi.advanceTimersByTimeAsync(MINUTE);
		expect(probe).not.toHaveBeenCalled();
		expect(vi.getTimerCount()).toBe(0);
	});
});
