import { container } from '@sapphire/framework';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createInProcessSchedule } from '../../src/schedule/in-process.js';
import { createRedisSchedule } from '../../src/schedule/redis.js';
import { ensureRepeatableJobs } from '../../src/schedule/repeatable-jobs.js';
import { fakeLogger, fakeTask, scheduleFixture, until } from '../schedule/fixtures.js';
import { TestRedis } from './redis.js';

const EACH_SECOND = '* * * * * *';
const NEVER_SOON = '0 0 29 2 *';

/** A task that counts who woke it: the queue, or this process by itself. */
function counting(name: string, pattern = EACH_SECOND, work: () => Promise<void> = async () => {}) {
	const woken = { byQueue: 0, inAll: 0 };
	const task = fakeTask(name, pattern, async () => {
		woken.inAll += 1;
		await work();
	});
	return { task, woken };
}

/** A driver with these tasks, as `main` makes it. */
function begin(url: string, queue: string, counted: readonly ReturnType<typeof counting>[]) {
	const logger = fakeLogger();
	const { client, tasks } = scheduleFixture(counted.map(({ task }) => task));
	const failed: unknown[] = [];
	client.on('scheduledTaskRun', (task) => {
		for (const one of counted) if (one.task === task) one.woken.byQueue += 1;
	});
	client.on('scheduledTaskError', (error) => failed.push(error));
	const fallback = createInProcessSchedule(tasks, (_, error) => failed.push(error));
	const schedule = createRedisSchedule({ url, queue, tasks, fallback, logger });
	onTestFinished(() => schedule.stop());
	return { schedule, logger, failed };
}

const schedules = async () => (await container.tasks.listRepeated({})).map(({ name, pattern, tz }) => `${name} ${pattern} ${tz}`).sort();

describe('the schedule through Redis', () => {
	let redis: TestRedis;
	beforeAll(async () => {
		redis = await TestRedis.started();
	});
	afterAll(() => redis?.kill());

	test('wakes every task on its own pattern, and leaves nothing of what is done behind', async () => {
		const [one, other, resting] = [counting('one'), counting('other', '*/2 * * * * *'), counting('resting', NEVER_SOON)];
		const { schedule, logger } = begin(redis.url, 'wakes', [one, other, resting]);
		await schedule.start();
		await until(() => {
			expect(one.woken.byQueue).toBeGreaterThanOrEqual(2);
			expect(other.woken.byQueue).toBeGreaterThanOrEqual(1);
		});
		expect(resting.woken.inAll).toBe(0);
		expect(one.woken.inAll).toBe(one.woken.byQueue);
		expect(await container.tasks.list({ types: ['completed', 'failed'] })).toEqual([]);
		expect(logger.lines).toEqual([`Using the queue in Redis (127.0.0.1:${redis.port}).`]);
	});

	test('a task that fails is told, leaves nothing behind, and is woken again', async () => {
		const failing = counting('failing', EACH_SECOND, () => Promise.reject(new Error('the database is away')));
		const { schedule, failed } = begin(redis.url, 'fails', [failing]);
		await schedule.start();
		await until(() => expect(failing.woken.byQueue).toBeGreaterThanOrEqual(2));
		expect(failed[0]).toEqual(new Error('the database is away'));
		await until(async () => expect(await container.tasks.list({ types: ['failed'] })).toEqual([]));
	});

	test('a task that is long at work is not woken fallback, and keeps no other one asleep', async () => {
		let release = () => {};
		const longWork = new Promise<void>((resolve) => {
			release = resolve;
		});
		const [long, short] = [counting('long', EACH_SECOND, () => longWork), counting('short')];
		const { schedule } = begin(redis.url, 'long', [long, short]);
		await schedule.start();
		await until(() => expect(short.woken.byQueue).toBeGreaterThanOrEqual(3));
		expect(long.woken.byQueue).toBe(1);
		release();
		await until(() => expect(long.woken.byQueue).toBeGreaterThan(1));
	});

	test('a changed pattern, time zone or name leaves no old schedule behind', async () => {
		const before = begin(redis.url, 'changes', []);
		await before.schedule.start();
		const old = [
			fakeTask('daily', '0 3 * * *', undefined, 'America/New_York'),
			fakeTask('moved', '0 * * * *', undefined, 'Europe/Berlin'),
			fakeTask('renamed', '*/5 * * * *'),
			fakeTask('kept', '* * * * *')
		];
		await ensureRepeatableJobs(container.tasks, old);
		expect(await schedules()).toEqual([
			'daily 0 3 * * * America/New_York',
			'kept * * * * * UTC',
			'moved 0 * * * * Europe/Berlin',
			'renamed */5 * * * * UTC'
		]);
		await before.schedule.stop();

		const present = [
			['daily', '*/15 * * * *'],
			['kept', '* * * * *'],
			['moved', '0 * * * *'],
			['housekeeping', '*/5 * * * *']
		].map(([name, pattern]) => counting(name as string, pattern));
		await begin(redis.url, 'changes', present).schedule.start();
		expect(await schedules()).toEqual([
			'daily */15 * * * * UTC',
			'housekeeping */5 * * * * UTC',
			'kept * * * * * UTC',
			'moved 0 * * * * UTC'
		]);
		// The jobs of the old ones are gone with them.
		expect((await container.tasks.list({ types: ['delayed'] })).map(({ name }) => name).sort()).toEqual([
			'daily',
			'housekeeping',
			'kept',
			'moved'
		]);
	});

	test('started again and again, and by two processes, every task has one schedule', async () => {
		const tasks = () => [counting('daily', '*/15 * * * *')];
		for (let start = 0; start < 2; start++) {
			const { schedule } = begin(redis.url, 'again', tasks());
			await schedule.start();
			await schedule.stop();
		}
		const [one, other] = [begin(redis.url, 'again', tasks()), begin(redis.url, 'again', tasks())];
		await Promise.all([one.schedule.start(), other.schedule.start()]);
		expect(await schedules()).toEqual(['daily */15 * * * * UTC']);
		expect(await container.tasks.list({ types: ['delayed', 'waiting', 'active'] })).toHaveLength(1);
	});

	test('a look finds what somebody has emptied, and a job that was lost', async () => {
		const { schedule } = begin(redis.url, 'lost', [counting('daily', NEVER_SOON)]);
		await schedule.start();
		const client = await container.tasks.client.client;
		const task = fakeTask('daily', NEVER_SOON);
		await client.flushall();
		expect(await schedules()).toEqual([]);
		await ensureRepeatableJobs(container.tasks, [task]);
		expect(await schedules()).toEqual([`daily ${NEVER_SOON} UTC`]);

		const [job] = await container.tasks.list({ types: ['delayed'] });
		const { repeat, delayed } = container.tasks.client.keys as Record<'repeat' | 'delayed', string>;
		await client.zrem(delayed, job?.id as string);
		await client.del(container.tasks.client.toKey(job?.id as string));
		const [known] = await container.tasks.listRepeated({});
		await client.zadd(repeat, Date.now() - 600_000, known?.key as string);
		await ensureRepeatableJobs(container.tasks, [task]);
		expect(await container.tasks.list({ types: ['delayed'] })).toHaveLength(1);
	});

	test('a schedule that is there is left alone: to add it again would take away a job that comes due', async () => {
		const { schedule } = begin(redis.url, 'alone', []);
		await schedule.start();
		const task = fakeTask('daily', NEVER_SOON);
		await ensureRepeatableJobs(container.tasks, [task]);
		const before = await container.tasks.list({ types: ['delayed'] });
		await ensureRepeatableJobs(container.tasks, [task]);
		const after = await container.tasks.list({ types: ['delayed'] });
		expect(after.map(({ id, timestamp }) => [id, timestamp])).toEqual(before.map(({ id, timestamp }) => [id, timestamp]));
	});

	test('stopped at any moment of the start, it leaves no error that nobody catches', async () => {
		const uncaught: unknown[] = [];
		const note = (error: unknown) => void uncaught.push(error);
		process.on('unhandledRejection', note);
		onTestFinished(() => void process.off('unhandledRejection', note));
		for (const url of [redis.url, 'redis://127.0.0.1:1']) {
			for (let moment = 0; moment < 20; moment += 0.4) {
				const { schedule } = begin(url, 'moments', [counting('task', NEVER_SOON)]);
				const started = schedule.start();
				const began = performance.now();
				while (performance.now() - began < moment) await new Promise(setImmediate);
				await schedule.stop();
				await started;
			}
		}
		// The last connections to be given up are so at their next attempt.
		await new Promise((resolve) => setTimeout(resolve, 1_000));
		expect(uncaught).toEqual([]);
	});

	test('one queue does not wake for another', async () => {
		const [here, there] = [counting('here'), counting('there')];
		// What two databases on one Redis have in common is the names of their tasks.
		await begin(redis.url, 'reeve-1-1', [there]).schedule.start();
		await until(() => expect(there.woken.byQueue).toBeGreaterThan(0));
		await begin(redis.url, 'reeve-1-2', [here]).schedule.start();
		await until(() => expect(here.woken.byQueue).toBeGreaterThan(0));
		expect(await schedules()).toEqual([`here ${EACH_SECOND} UTC`]);
	});
});

describe('when Redis goes away', () => {
	test('at the start and later, this process wakes itself; when it is back, the queue does; each is said once', async () => {
		const redis = await TestRedis.away();
		onTestFinished(() => redis.kill());
		const task = counting('task');
		const { schedule, logger, failed } = begin(redis.url, 'away', [task]);
		const away = (why: string) => `Redis unavailable (127.0.0.1:${redis.port}): ${why}. Falling back to the in-process scheduler.`;
		const back = `Redis available again (127.0.0.1:${redis.port}); using its queue.`;
		const byItself = () => task.woken.inAll - task.woken.byQueue;

		await schedule.start();
		await until(() => expect(byItself()).toBeGreaterThan(0));
		expect(task.woken.byQueue).toBe(0);

		await redis.start();
		await until(() => expect(task.woken.byQueue).toBeGreaterThan(0));
		const before = byItself();

		await redis.kill();
		await until(() => expect(byItself()).toBeGreaterThan(before + 1));
		const then = task.woken.byQueue;

		// It comes back with nothing of what it knew.
		await redis.start();
		await until(() => expect(task.woken.byQueue).toBeGreaterThan(then));
		expect(logger.lines).toEqual([away('connection refused'), back, expect.stringMatching(/^Redis unavailable .* Falling back/), back]);
		expect(failed).toEqual([]);
	});

	test('a password that is refused is said, and not shown', async () => {
		const redis = await TestRedis.started('the-right-one');
		onTestFinished(() => redis.kill());
		const task = counting('task');
		const { schedule, logger } = begin(redis.url.replace('//', '//:hunter2@'), 'refused', [task]);
		await schedule.start();
		await until(() => expect(task.woken.inAll).toBeGreaterThan(1));
		expect(logger.lines).toEqual([
			`Redis unavailable (127.0.0.1:${redis.port}): wrong user or password in REDIS_URL. Falling back to the in-process scheduler.`
		]);
	});

	test('a Redis that is full is no use: this process wakes itself until there is room', async () => {
		const redis = await TestRedis.started();
		onTestFinished(() => redis.kill());
		const filler = begin(redis.url, 'filler', []);
		await filler.schedule.start();
		const client = await container.tasks.client.client;
		await client.config('SET', 'maxmemory', '1');
		const task = counting('task');
		const { schedule, logger } = begin(redis.url, 'full', [task]);
		await schedule.start();
		await until(() => expect(task.woken.inAll).toBeGreaterThan(1));
		expect(task.woken.byQueue).toBe(0);
		expect(logger.lines).toEqual([expect.stringMatching(/^Redis unavailable .*: OOM command not allowed .* Falling back/)]);
		await client.config('SET', 'maxmemory', '0');
	});

	test('stops within a moment while Redis is away', async () => {
		const redis = await TestRedis.started();
		onTestFinished(() => redis.kill());
		const task = counting('task');
		const { schedule, logger } = begin(redis.url, 'stops', [task]);
		await schedule.start();
		await redis.kill();
		await until(() => expect(logger.lines).toHaveLength(2));
		await schedule.stop();
	});
});
