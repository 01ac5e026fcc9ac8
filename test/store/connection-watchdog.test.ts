import { EventEmitter } from 'node:events';
import type { PrismaPg } from '@prisma/adapter-pg';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { closeUnresponsiveConnections } from '../../src/store/connection/connection-watchdog.js';

type Pool = ReturnType<Awaited<ReturnType<PrismaPg['connect']>>['underlyingDriver']>;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A pool, and a server that answers as the test says. */
function house(ask: () => Promise<unknown>) {
	const pool = new EventEmitter();
	const asked = vi.fn(ask);
	closeUnresponsiveConnections(pool as Pool, asked);
	const connection = () => ({ end: vi.fn(async () => {}) });
	return { pool, asked, connection };
}

const MINUTE = 60_000;

describe('a connection at work', () => {
	it('goes on for as long as its statement takes while the server answers, be it with an error', async () => {
		for (const answer of [async () => 1, () => Promise.reject(new Error('too many clients already'))]) {
			const { pool, asked, connection } = house(answer);
			const long = connection();
			pool.emit('acquire', long);
			await vi.advanceTimersByTimeAsync(3 * MINUTE);
			expect(asked.mock.calls.length).toBeGreaterThan(10);
			expect(long.end).not.toHaveBeenCalled();
			pool.emit('release', undefined, long);
		}
	});

	it('is ended within seconds when the server says nothing, and whoever came later is asked after anew', async () => {
		let silent = true;
		const { pool, connection } = house(() => (silent ? new Promise(() => {}) : Promise.resolve()));
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

	it('costs the server no question while statements are short, nor when nothing is at work', async () => {
		const { pool, asked, connection } = house(async () => 1);
		for (let statement = 0; statement < 20; statement++) {
			const one = connection();
			pool.emit('acquire', one);
			await vi.advanceTimersByTimeAsync(1_500);
			pool.emit('release', undefined, one);
		}
		await vi.advanceTimersByTimeAsync(MINUTE);
		expect(asked).not.toHaveBeenCalled();
		expect(vi.getTimerCount()).toBe(0);
	});
});
