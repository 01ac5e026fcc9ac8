import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { waitForMessage } from '../end-to-end/operator.js';
import { databaseUrl, execute } from './databases.js';
import { TestRedis } from './redis.js';

const DAY_MS = 24 * 3_600_000;

const WAKE_UPS = 8;

/** 12 hours from now: no daily run becomes due during the tests. */
const HOUR = String((new Date().getUTCHours() + 12) % 24);
const SCHEDULE = { RECONCILIATION_TIMEZONE: 'UTC', RECONCILIATION_HOUR: HOUR };

const ADA = '300000000000000001';
const WORLD = {
	guild: { members: [{ id: ADA, username: 'ada', roles: [] }] },
	stripe: {
		customers: [{ id: 'cus_ada', metadata: { discord_id: ADA } }],
		subscriptions: [{ id: 'sub_ada', customer: 'cus_ada', status: 'active' as const, price: 'price_knight' }]
	}
};

/** The version of BullMQ that the plugin uses. */
interface Queue {
	add(name: string, data: undefined, options: object): Promise<{ id: string }>;
	getJob(id: string): Promise<object | undefined>;
	getRepeatableJobs(): Promise<{ name: string; pattern: string }[]>;
	close(): Promise<void>;
}
const fromPlugin = createRequire(createRequire(import.meta.url).resolve('@sapphire/plugin-scheduled-tasks'));
const { Queue } = fromPlugin('bullmq') as { Queue: new (name: string, options: object) => Queue };

describe('with real Redis and PostgreSQL', () => {
	let redis: TestRedis;
	let sandbox: Sandbox;
	beforeAll(async () => {
		redis = await TestRedis.started();
		sandbox = await Sandbox.start({ world: WORLD, env: { REDIS_URL: redis.url, ...SCHEDULE } });
	});
	afterAll(async () => {
		await sandbox?.stop();
		await redis?.kill();
	});
	// A test may have killed it.
	afterEach(() => redis.start());

	/**
	 * Resets the world, kills the bot and dates the installation back: the daily run is due when the bot starts again.
	 * @returns the name of the bot's queue
	 */
	async function resetAsOverdue(env: Record<string, string>): Promise<string> {
		await sandbox.reset({ world: WORLD, env: { ...SCHEDULE, ...env } });
		process.kill(sandbox.state().bot.pid as number, 'SIGKILL');
		await sandbox.until(() => !sandbox.state().bot.up);
		const { guildId } = sandbox.discord.ids;
		const installed = new Date(Date.now() - 5 * DAY_MS);
		await execute(
			databaseUrl(`reeve_sandbox_${sandbox.port}`),
			`INSERT INTO "Installation" ("guildId", "installedAt") VALUES ('${guildId}', '${installed.toISOString()}')
			ON CONFLICT ("guildId") DO UPDATE SET "installedAt" = EXCLUDED."installedAt"`
		);
		return `reeve-${guildId}-${installed.getTime()}`;
	}

	const runs = async () => (await sandbox.runs()).map(({ triggeredBy, status }) => `${triggeredBy} ${status}`);
	/** Matching log lines of the current process. */
	const logged = (like: RegExp) => {
		const lines = sandbox.log();
		return lines.slice(lines.findLastIndex((line) => line.startsWith('The bot exited')) + 1).filter((line) => like.test(line));
	};
	const waitForLog = (like: RegExp) => sandbox.until(() => logged(like).length > 0);
	const waitForDailyRun = () => sandbox.until(async () => (await runs()).includes('scheduled COMPLETED'));

	/** Runs `/reconcile run`, and retries while another run is in progress. */
	function runManually(): Promise<string> {
		return sandbox.until(async () => {
			const answer = await waitForMessage(
				sandbox,
				sandbox.command('operator', 'reconcile run'),
				/^(Done|The run failed|A reconciliation is already running)/
			);
			return answer.startsWith('A reconciliation is already running') ? null : answer;
		});
	}

	/** Wakes the processes on the queue when nothing is due. A graceful stop afterwards waits for their checks. */
	async function wakeWithoutDueRun(queueName: string): Promise<void> {
		const queue = new Queue(queueName, { connection: { url: redis.url, maxRetriesPerRequest: null } });
		try {
			const adding = Array.from({ length: WAKE_UPS }, () => queue.add('reeve.daily-reconciliation', undefined, { removeOnComplete: true }));
			const jobs = await Promise.all(adding);
			for (const { id } of jobs) await sandbox.until(async () => (await queue.getJob(id)) === undefined);
			expect((await queue.getRepeatableJobs()).filter(({ name }) => name === 'reeve.daily-reconciliation')).toHaveLength(1);
		} finally {
			await queue.close();
		}
	}

	test('two processes that missed a daily run and are woken repeatedly run it once', async () => {
		const queue = await resetAsOverdue({ REDIS_URL: redis.url });
		// The first process is still running it when the second starts.
		sandbox.faults.add({ target: 'stripe', kind: 'hold', match: 'GET /v1/subscriptions' });
		await sandbox.restart();
		const other = await sandbox.startAnother();
		await sandbox.until(() => other.log.tail(50).includes('Using the queue in Redis'));
		sandbox.faults.clear();
		await waitForDailyRun();
		await wakeWithoutDueRun(queue);
		expect(await other.stop('SIGTERM')).toMatchObject({ exitCode: 0 });
		await sandbox.restart('SIGKILL');
		await wakeWithoutDueRun(queue);
		expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0 });
		expect(await runs()).toEqual(['scheduled COMPLETED']);
		expect(sandbox.messages().filter(({ embeds }) => /^Reconciliation|the wrong roles/.test(embeds[0]?.title ?? ''))).toHaveLength(1);
		const problems = [...sandbox.log(), ...other.log.tail(50).split('\n')].filter((line) => / (WARN|ERROR) /.test(line));
		// The held requests exceed the timeout of the start checks, and a server for tests may have autovacuum off.
		expect(problems.filter((line) => !line.includes('autovacuum is off') && !line.includes('Stripe did not answer within'))).toEqual([]);
	});

	test('a missed daily run is not caught up while the settings pause the schedule', async () => {
		const queue = await resetAsOverdue({ REDIS_URL: redis.url, RECONCILIATION_PAUSED: 'true' });
		await sandbox.restart();
		await wakeWithoutDueRun(queue);
		await sandbox.restart('SIGTERM');
		expect(await runManually()).toContain('The report is here');
		expect(await runs()).toEqual(['manual COMPLETED']);
	});

	test('without Redis at the start, logs it once, runs the daily run, answers commands, and uses the queue once Redis is back', async () => {
		await redis.kill();
		const queue = await resetAsOverdue({ REDIS_URL: redis.url.replace('//', '//:hunter2@') });
		await sandbox.restart();
		await waitForDailyRun();
		expect(await runManually()).toContain('The report is here');
		expect(logged(/Redis/)).toEqual([expect.stringContaining(`Redis unavailable (127.0.0.1:${redis.port}): connection refused`)]);
		await redis.start();
		await waitForLog(/Redis available again/);
		await wakeWithoutDueRun(queue);
		await sandbox.restart('SIGTERM');
		expect(await runs()).toEqual(['manual COMPLETED', 'scheduled COMPLETED']);
		expect(sandbox.log().join('\n')).not.toMatch(/hunter2|Unhandled rejection/);
	});

	test('when Redis goes away, logs it once, answers commands and stops on SIGTERM', async () => {
		await sandbox.reset({ world: WORLD, env: { ...SCHEDULE, REDIS_URL: redis.url } });
		await waitForLog(/Using the queue in Redis/);
		await redis.kill();
		await waitForLog(/Redis unavailable/);
		expect(await runManually()).toContain('The report is here');
		expect(logged(/Redis/)).toHaveLength(2);
		expect(sandbox.log().join('\n')).not.toContain('Unhandled rejection');
		expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0 });
	});
});
