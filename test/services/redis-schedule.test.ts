import { container } from '@sapphire/framework';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createInProcessSchedule } from '../../src/schedule/in-process.js';
import { createRedisSchedule } from '../../src/schedule/redis.js';
import { ensureRepeatableJobs } from '../../src/schedule/repeatable-jobs.js';
import { fakeLogger, fakeTask, scheduleFixture, until } from '../schedule/fixtures.js';
import { TestRedis } from './redis.js';

const EACH_SECOND = '* * * * * *';
const NEVER_SOON = '0 0 29 2 *';

/** A task that counts how often it ran: in all, and from the queue. */
function countingTask(name: string, pattern = EACH_SECOND, work: () => Promise<void> = async () => {}) {
	const woken = { byQueue: 0, inAll: 0 };
	const task = fakeTask(name, pattern, async () => {
		woken.inAll += 1;
		await work();
	});
	return { task, woken };
}

/** A Redis schedule with these tasks, as `main` creates it. */
function createSchedule(url: string, queue: string, counted: readonly ReturnType<typeof countingTask>[]) {
	const logger = fakeLogger();
	const { client, tasks } = scheduleFixture(counted.map(({ task }) => task));
	const failed: unknown[] = [];
	client.on('scheduledTaskRun', (task) => {
		for (const one of counted) if (one.task === task) one.woken.byQueue += 1;
	});
	client.on('scheduledTaskError', (error) => failed.push(error));
	const fallback = createInProcessSchedule(tasks, (_, error) => failed.push(error));
	const onConnect = (handler: typeof container.tasks) => {
		container.tasks = handler;
	};
	const schedule = createRedisSchedule({ url, queue, tasks, fallback, logger, onConnect });
	onTestFinished(() => schedule.stop());
	return { schedule, logger, failed, client };
}

const schedules = async () => (await container.tasks.listRepeated({})).map(({ name, pattern, tz }) => `${name} ${pattern} ${tz}`).sort();

describe('createRedisSchedule', () => {
	let redis: TestRedis;
	beforeAll(async () => {
		redis = await TestRedis.started();
	});
	afterAll(() => redis?.kill());

	test('runs every task on its pattern and removes completed jobs', async () => {
		const [one, other, resting] = [countingTask('one'), countingTask('other', '*/2 * * * * *'), countingTask('resting', NEVER_SOON)];
		const { schedule, logger } = createSchedule(redis.url, 'wakes', [one, other, resting]);
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

	test('does not report a job that Redis lost while it ran', async () => {
		const task = countingTask('losing');
		const { schedule, logger, client } = createSchedule(redis.url, 'loses', [task]);
		const errors: unknown[] = [];
		client.on('scheduledTaskStrategyWorkerError', (error: Error) => errors.push(error.message));
		// Between the start of a job and its end: as when Redis is restarted without its data.
		client.once('scheduledTaskRun', () => redis.flush());
		await schedule.start();
		await until(() => expect(errors).toContainEqual(expect.stringMatching(/^Missing (key|lock) for job/)));
		expect(task.woken.byQueue).toBe(1);
		expect(logger.lines).toEqual([`Using the queue in Redis (127.0.0.1:${redis.port}).`]);
	});

	test('logs a failed task, removes its job and runs it again', async () => {
		const failing = countingTask('failing', EACH_SECOND, () => Promise.reject(new Error('the database is away')));
		const { schedule, failed } = createSchedule(redis.url, 'fails', [failing]);
		await schedule.start();
		await until(() => expect(failing.woken.byQueue).toBeGreaterThanOrEqual(2));
		expect(failed[0]).toEqual(new Error('the database is away'));
		await until(async () => expect(await container.tasks.list({ types: ['failed'] })).toEqual([]));
	});

	test('does not run a task while it is still running, and does not delay other tasks', async () => {
		let release = () => {};
		const longWork = new Promise<void>((resolve) => {
			release = resolve;
		});
		const [long, short] = [countingTask('long', EACH_SECOND, () => longWork), countingTask('short')];
		const { schedule } = createSchedule(redis.url, 'long', [long, short]);
		await schedule.start();
		await until(() => expect(short.woken.byQueue).toBeGreaterThanOrEqual(3));
		expect(long.woken.byQueue).toBe(1);
		release();
		await until(() => expect(long.woken.byQueue).toBeGreaterThan(1));
	});

	test('removes the repeatable job of an old pattern, time zone or name', async () => {
		const before = createSchedule(redis.url, 'changes', []);
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
		].map(([name, pattern]) => countingTask(name as string, pattern));
		await createSchedule(redis.url, 'changes', present).schedule.start();
		expect(await schedules()).toEqual([
			'daily */15 * * * * UTC',
			'housekeeping */5 * * * * UTC',
			'kept * * * * * UTC',
			'moved 0 * * * * UTC'
		]);
		// Their delayed jobs are removed as well.
		expect((await container.tasks.list({ types: ['delayed'] })).map(({ name }) => name).sort()).toEqual([
			'daily',
			'housekeeping',
			'kept',
			'moved'
		]);
	});

	test('keeps one repeatable job per task over restarts and with two processes', async () => {
		const tasks = () => [countingTask('daily', '*/15 * * * *')];
		for (let start = 0; start < 2; start++) {
			const { schedule } = createSchedule(redis.url, 'again', tasks());
			await schedule.start();
			await schedule.stop();
		}
		const [one, other] = [createSchedule(redis.url, 'again', tasks()), createSchedule(redis.url, 'again', tasks())];
		await Promise.all([one.schedule.start(), other.schedule.start()]);
		expect(await schedules()).toEqual(['daily */15 * * * * UTC']);
		expect(await container.tasks.list({ types: ['delayed', 'waiting', 'active'] })).toHaveLength(1);
	});

	test('restores a flushed queue and a lost job at the next check', async () => {
		const { schedule } = createSchedule(redis.url, 'lost', [countingTask('daily', NEVER_SOON)]);
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

	test('does not add an existing repeatable job again, which would remove a job that is due', async () => {
		const { schedule } = createSchedule(redis.url, 'alone', []);
		await schedule.start();
		const task = fakeTask('daily', NEVER_SOON);
		await ensureRepeatableJobs(container.tasks, [task]);
		const before = await container.tasks.list({ types: ['delayed'] });
		await ensureRepeatableJobs(container.tasks, [task]);
		const after = await container.tasks.list({ types: ['delayed'] });
		expect(after.map(({ id, timestamp }) => [id, timestamp])).toEqual(before.map(({ id, timestamp }) => [id, timestamp]));
	});

	test('causes no unhandled error when stopped at any moment of its start', async () => {
		const uncaught: unknown[] = [];
		const note = (error: unknown) => void uncaught.push(error);
		process.on('unhandledRejection', note);
		onTestFinished(() => void process.off('unhandledRejection', note));
		for (const url of [redis.url, 'redis://127.0.0.1:1']) {
			for (let moment = 0; moment < 20; moment += 0.4) {
				const { schedule } = createSchedule(url, 'moments', [countingTask('task', NEVER_SOON)]);
				const started = schedule.start();
				const began = performance.now();
				while (performance.now() - began < moment) await new Promise(setImmediate);
				await schedule.stop();
				await started;
			}
		}
		// The last connections fail at their next attempt.
		await new Promise((resolve) => setTimeout(resolve, 1_000));
		expect(uncaught).toEqual([]);
	});

	test('does not run tasks of another queue on the same server', async () => {
		const [here, there] = [countingTask('here'), countingTask('there')];
		// Two databases that share a Redis have the same task names.
		await createSchedule(redis.url, 'reeve-1-1', [there]).schedule.start();
		await until(() => expect(there.woken.byQueue).toBeGreaterThan(0));
		await createSchedule(redis.url, 'reeve-1-2', [here]).schedule.start();
		await until(() => expect(here.woken.byQueue).toBeGreaterThan(0));
		expect(await schedules()).toEqual([`here ${EACH_SECOND} UTC`]);
	});
});

describe('createRedisSchedule without Redis', () => {
	test('falls back to the in-process schedule during outages, returns to the queue, and logs each change once', async () => {
		const redis = await TestRedis.stopped();
		onTestFinished(() => redis.kill());
		const task = countingTask('task');
		const { schedule, logger, failed } = createSchedule(redis.url, 'away', [task]);
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

		// It is empty when it comes back.
		await redis.start();
		await until(() => expect(task.woken.byQueue).toBeGreaterThan(then));
		expect(logger.lines).toEqual([away('connection refused'), back, expect.stringMatching(/^Redis unavailable .* Falling back/), back]);
		expect(failed).toEqual([]);
	});

	test('logs a refused password without the password', async () => {
		const redis = await TestRedis.started('the-right-one');
		onTestFinished(() => redis.kill());
		const task = countingTask('task');
		const { schedule, logger } = createSchedule(redis.url.replace('//', '//:hunter2@'), 'refused', [task]);
		await schedule.start();
		await until(() => expect(task.woken.inAll).toBeGreaterThan(1));
		expect(logger.lines).toEqual([
			`Redis unavailable (127.0.0.1:${redis.port}): wrong user or password in REDIS_URL. Falling back to the in-process scheduler.`
		]);
	});

	test('falls back to the in-process schedule while Redis is out of memory', async () => {
		const redis = await TestRedis.started();
		onTestFinished(() => redis.kill());
		const filler = createSchedule(redis.url, 'filler', []);
		await filler.schedule.start();
		const client = await container.tasks.client.client;
		await client.config('SET', 'maxmemory', '1');
		const task = countingTask('task');
		const { schedule, logger } = createSchedule(redis.url, 'full', [task]);
		await schedule.start();
		await until(() => expect(task.woken.inAll).toBeGreaterThan(1));
		expect(task.woken.byQueue).toBe(0);
		expect(logger.lines).toEqual([expect.stringMatching(/^Redis unavailable .*: OOM command not allowed .* Falling back/)]);
		await client.config('SET', 'maxmemory', '0');
	});

	test('stops at once while Redis is unavailable', async () => {
		const redis = await TestRedis.started();
		onTestFinished(() => redis.kill());
		const task = countingTask('task');
		const { schedule, logger } = createSchedule(redis.url, 'stops', [task]);
		await schedule.start();
		await redis.kill();
		await until(() => expect(logger.lines).toHaveLength(2));
		await schedule.stop();
	});
});
