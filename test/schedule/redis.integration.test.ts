import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRedisSchedule } from '../../src/schedule/redis.js';
import { fakeLogger, fakeSchedule, fakeTask, scheduleFixture, until } from './fixtures.js';

/** Nothing listens on port 1. Tests with a real Redis are in test/services. */
const UNREACHABLE = 'redis://reeve:hunter2@127.0.0.1:1';

describe('createRedisSchedule without Redis', () => {
	function createSchedule(url = UNREACHABLE) {
		const logger = fakeLogger();
		const { calls, schedule: fallback } = fakeSchedule();
		const { tasks, client } = scheduleFixture([fakeTask('daily', '*/15 * * * *')]);
		const schedule = createRedisSchedule({ url, queue: 'reeve-test', tasks, fallback, logger });
		onTestFinished(() => schedule.stop());
		return { schedule, logger, calls, client };
	}

	test('starts the fallback and logs it once', async () => {
		const { schedule, logger, calls, client } = createSchedule();
		let connectErrors = 0;
		client.on('scheduledTaskStrategyConnectError', () => {
			connectErrors += 1;
		});
		await schedule.start();
		expect(calls).toEqual(['start']);
		// Three connections with several attempts each.
		await until(() => expect(connectErrors).toBeGreaterThan(5));
		expect(logger.lines).toEqual(['Redis unavailable (127.0.0.1:1): connection refused. Falling back to the in-process scheduler.']);
		expect(calls).toEqual(['start']);
	});

	test('falls back when Redis accepts the connection but never responds', async () => {
		const sockets = new Set<Socket>();
		const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
		onTestFinished(() => {
			for (const socket of sockets) socket.destroy();
			silent.close();
		});
		await once(silent, 'listening');
		const { port } = silent.address() as AddressInfo;
		const { schedule, logger, calls } = createSchedule(`redis://127.0.0.1:${port}`);
		await schedule.start();
		expect(calls).toEqual(['start']);
		expect(logger.lines).toEqual([`Redis unavailable (127.0.0.1:${port}): no response. Falling back to the in-process scheduler.`]);
	});

	test('stops the fallback', async () => {
		const { schedule, calls } = createSchedule();
		await schedule.start();
		await schedule.stop();
		expect(calls).toEqual(['start', 'stop']);
	});
});
