import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startHeartbeat } from '../../src/async/heartbeat.js';

const LEASE_SECONDS = 30;

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

describe('startHeartbeat', () => {
	it('renews three times within the lease, until stopped', async () => {
		const renew = vi.fn(async () => true);
		const heartbeat = startHeartbeat(renew, LEASE_SECONDS);
		await pass(9.9);
		expect(renew).toHaveBeenCalledTimes(0);
		await pass(20.1);
		expect(renew).toHaveBeenCalledTimes(3);
		heartbeat.stop();
		await pass(60);
		expect(renew).toHaveBeenCalledTimes(3);
	});

	it('holds the lease as long as renewals succeed', async () => {
		const heartbeat = startHeartbeat(async () => true, LEASE_SECONDS);
		await pass(300);
		expect(heartbeat.isHeld()).toBe(true);
		heartbeat.stop();
	});

	it.each([1, 2])('holds the lease after %i lost renewals in a row', async (lost) => {
		let failures = 0;
		const renew = async () => {
			failures += 1;
			if (failures <= lost) throw new Error('database unreachable');
			return true;
		};
		const heartbeat = startHeartbeat(renew, LEASE_SECONDS);
		for (let second = 0; second < 60; second += 1) {
			await pass(1);
			expect(heartbeat.isHeld()).toBe(true);
		}
		heartbeat.stop();
	});

	it('loses the lease when no renewal succeeds before it expires, and regains it with one that does', async () => {
		let reachable = false;
		const renew = async () => {
			if (!reachable) throw new Error('database unreachable');
			return true;
		};
		const heartbeat = startHeartbeat(renew, LEASE_SECONDS);
		await pass(29.9);
		expect(heartbeat.isHeld()).toBe(true);
		await pass(0.1);
		expect(heartbeat.isHeld()).toBe(false);
		reachable = true;
		await heartbeat.renew();
		expect(heartbeat.isHeld()).toBe(true);
		heartbeat.stop();
	});

	it('loses the lease for good once another holder took it', async () => {
		const answers = [false, true, true];
		const heartbeat = startHeartbeat(async () => answers.shift() ?? true, LEASE_SECONDS);
		await pass(10);
		expect(heartbeat.isHeld()).toBe(false);
		await pass(20);
		expect(heartbeat.isHeld()).toBe(false);
		heartbeat.stop();
	});

	it('gives the lease up after its maximum time, however well renewals succeed', async () => {
		const renew = vi.fn(async () => true);
		const heartbeat = startHeartbeat(renew, LEASE_SECONDS, 300);
		await pass(299);
		expect(heartbeat.isHeld()).toBe(true);
		await pass(2);
		expect(heartbeat.isHeld()).toBe(false);
		const renewals = renew.mock.calls.length;
		await heartbeat.renew();
		await pass(60);
		expect(renew).toHaveBeenCalledTimes(renewals);
	});

	it('loses the lease when it is stopped', () => {
		const heartbeat = startHeartbeat(async () => true, LEASE_SECONDS);
		heartbeat.stop();
		expect(heartbeat.isHeld()).toBe(false);
	});

	it('counts the lease from the request of a renewal, not from its slow answer', async () => {
		let answer = (_renewed: boolean) => {};
		let requests = 0;
		const renew = () => {
			requests += 1;
			if (requests > 1) return Promise.reject(new Error('database unreachable'));
			return new Promise<boolean>((resolve) => {
				answer = resolve;
			});
		};
		const heartbeat = startHeartbeat(renew, LEASE_SECONDS);
		await pass(25);
		answer(true);
		await pass(14.9);
		expect(heartbeat.isHeld()).toBe(true);
		await pass(0.1);
		expect(heartbeat.isHeld()).toBe(false);
		heartbeat.stop();
	});
});
