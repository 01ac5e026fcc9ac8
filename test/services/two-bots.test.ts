import { createRequire } from 'node:module';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Sandbox } from '../../sandbox/sandbox.js';
import { waitForMessage } from '../end-to-end/operator.js';
import { databaseUrl, execute } from './databases.js';
import { TestRedis } from './redis.js';

const DAY_MS = 24 * 3_600_000;

const WAKES = 8;
/** So that a run lasts for as long as a process takes to start. */
const SLOW_MS = 8_000;

/** Far from now: no day becomes due while a test is at work. */
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

/** BullMQ as the plugin has it. */
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
	// A test may have taken it away.
	afterEach(() => redis.start());

	/**
	 * The same world, installed days ago, without a bot: the day is due as soon as it is started again.
	 * @returns the name of its queue
	 */
	async function asleep(env: Record<string, string>): Promise<string> {
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
	/** By the process that runs now. */
	const said = (like: RegExp) => {
		const lines = sandbox.log();
		return lines.slice(lines.findLastIndex((line) => line.startsWith('The bot ended')) + 1).filter((line) => like.test(line));
	};
	const heard = (like: RegExp) => sandbox.until(() => said(like).length > 0, 30_000);
	const caughtUp = () => sandbox.until(async () => (await runs()).includes('scheduled COMPLETED'), 30_000);

	/** `/reconcile run`, again if another run is just ending. */
	function byHand(): Promise<string> {
		return sandbox.until(async () => {
			const answer = await waitForMessage(
				sandbox,
				sandbox.command('operator', 'reconcile run'),
				/^(Done|The run failed|A reconciliation is running)/
			);
			return answer.startsWith('A reconciliation is running') ? null : answer;
		});
	}

	/** Wakes whoever shares the queue, without a reason. They have looked when they have stopped in order. */
	async function wakeInVain(queueName: string): Promise<void> {
		const queue = new Queue(queueName, { connection: { url: redis.url, maxRetriesPerRequest: null } });
		try {
			const adding = Array.from({ length: WAKES }, () => queue.add('daily-reconciliation', undefined, { removeOnComplete: true }));
			const jobs = await Promise.all(adding);
			for (const { id } of jobs) await sandbox.until(async () => (await queue.getJob(id)) === undefined, 60_000);
			expect((await queue.getRepeatableJobs()).filter(({ name }) => name === 'daily-reconciliation')).toHaveLength(1);
		} finally {
			await queue.close();
		}
	}

	test('two processes that were both asleep, and are both woken again and again, run a day once', async () => {
		const queue = await asleep({ REDIS_URL: redis.url });
		// The first is still at it when the second starts.
		sandbox.stripe.setLatency(SLOW_MS);
		await sandbox.restart();
		const other = await sandbox.startAnother();
		await sandbox.until(() => other.log.tail(50).includes('A queue in Redis'));
		sandbox.stripe.setLatency(0);
		await caughtUp();
		await wakeInVain(queue);
		expect(await other.stop('SIGTERM')).toMatchObject({ exitCode: 0 });
		await sandbox.restart('SIGKILL');
		await wakeInVain(queue);
		expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0 });
		expect(await runs()).toEqual(['scheduled COMPLETED']);
		expect(sandbox.messages().filter(({ embeds }) => embeds[0]?.title?.startsWith('Reconciliation'))).toHaveLength(1);
		const said = [...sandbox.log(), ...other.log.tail(50).split('\n')].filter((line) => / (WARN|ERROR) /.test(line));
		// Stripe is slower at that start than the doctor is patient.
		expect(said.filter((line) => !line.includes('Stripe did not answer within'))).toEqual([]);
	});

	test('paused by the settings, nothing that was slept through is caught up', async () => {
		const queue = await asleep({ REDIS_URL: redis.url, RECONCILIATION_PAUSED: 'true' });
		await sandbox.restart();
		await wakeInVain(queue);
		await sandbox.restart('SIGTERM');
		expect(await byHand()).toContain('The report is here');
		expect(await runs()).toEqual(['manual COMPLETED']);
	});

	test('a Redis that is away at the start is said once; the day is run, commands are answered, and the queue takes over when it is back', async () => {
		await redis.kill();
		const queue = await asleep({ REDIS_URL: redis.url.replace('//', '//:hunter2@') });
		await sandbox.restart();
		await caughtUp();
		expect(await byHand()).toContain('The report is here');
		expect(said(/Redis/)).toEqual([expect.stringContaining(`Redis unavailable (127.0.0.1:${redis.port}): connection refused`)]);
		await redis.start();
		await heard(/Redis available again/);
		await wakeInVain(queue);
		await sandbox.restart('SIGTERM');
		expect(await runs()).toEqual(['manual COMPLETED', 'scheduled COMPLETED']);
		expect(sandbox.log().join('\n')).not.toMatch(/hunter2|nobody caught/);
	});

	test('a Redis that goes away mid-way is said once; commands are answered, and Reeve stops when it is told to', async () => {
		await sandbox.reset({ world: WORLD, env: { ...SCHEDULE, REDIS_URL: redis.url } });
		await heard(/A queue in Redis/);
		await redis.kill();
		await heard(/Redis unavailable/);
		expect(await byHand()).toContain('The report is here');
		expect(said(/Redis/)).toHaveLength(2);
		expect(sandbox.log().join('\n')).not.toContain('nobody caught');
		expect(await sandbox.restart('SIGTERM')).toMatchObject({ exitCode: 0 });
	});
});
