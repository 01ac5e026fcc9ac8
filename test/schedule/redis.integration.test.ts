import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createRedisSchedule } from '../../src/schedule/redis.js';
import { fakeLogger, fakeSchedule, fakeTask, scheduleFixture, until } from './fixtures.js';

/** Port 1 answers nobody. What needs a Redis that is there is in test/services. */
const NOWHERE = 'redis://reeve:hunter2@127.0.0.1:1';

describe('the schedule through a Redis that is not there', () => {
	function begin(url = NOWHERE) {
		const logger = fakeLogger();
		const { calls, schedule: fallback } = fakeSchedule();
		const { tasks, client } = scheduleFixture([fakeTask('daily', '*/15 * * * *')]);
		const schedule = createRedisSchedule({ url, queue: 'reeve-test', tasks, fallback, logger });
		onTestFinished(() => schedule.stop());
		return { schedule, logger, calls, client };
	}

	test('starts all the same, says so once, and has this process woken fallback', async () => {
		const { schedule, logger, calls, client } = begin();
		let complaints = 0;
		client.on('scheduledTaskStrategyConnectError', () => {
			complaints += 1;
		});
		await schedule.start();
		expect(calls).toEqual(['start']);
		// Three connections, each at its next attempts.
		await until(() => expect(complaints).toBeGreaterThan(5));
		expect(logger.lines).toEqual(['Redis cannot be reached (127.0.0.1:1): nothing answers there; Reeve wakes itself until it is back.']);
		expect(calls).toEqual(['start']);
	});

	test('one that takes the connection and never answers does not keep Reeve from starting', async () => {
		const sockets = new Set<Socket>();
		const silent = createServer((socket) => sockets.add(socket)).listen(0, '127.0.0.1');
		onTestFinished(() => {
			for (const socket of sockets) socket.destroy();
			silent.close();
		});
		await once(silent, 'listening');
		const { port } = silent.address() as AddressInfo;
		const { schedule, logger, calls } = begin(`redis://127.0.0.1:${port}`);
		await schedule.start();
		expect(calls).toEqual(['start']);
		expect(logger.lines).toEqual([`Redis cannot be reached (127.0.0.1:${port}): there is no answer; Reeve wakes itself until it is back.`]);
	});

	test('stops, and so does what woke fallback', async () => {
		const { schedule, calls } = begin();
		await schedule.start();
		await schedule.stop();
		expect(calls).toEqual(['start', 'stop']);
	});
});
