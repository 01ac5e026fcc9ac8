import { container, type ILogger } from '@sapphire/framework';
import { type ScheduledTask, ScheduledTaskEvents, type ScheduledTaskHandler } from '@sapphire/plugin-scheduled-tasks';
import { settleWithin } from '../async/timeout.js';
import type { Schedule } from '../reconciliation/domain/ports.js';
import { FireAndForgetHandler } from './fire-and-forget.js';
import { describeRedisError, hostAndPort, isConnectionError } from './redis-errors.js';
import { ensureRepeatableJobs } from './repeatable-jobs.js';

/** How long the start waits for Redis before it goes on without. */
const START_TIMEOUT_MS = 3_000;
/** How long the way down waits for the queue, whose Redis may be away. Tasks at work are waited for elsewhere. */
const CLOSE_TIMEOUT_MS = 1_000;
/** How often what the queue repeats is looked at: somebody may have emptied Redis, and nothing else would tell. */
const CHECK_EVERY_MS = 60_000;
/** How long a look may take before the connection counts as dead. */
const CHECK_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Pauses between attempts to connect grow by the one and up to the other. */
const RETRY_STEP_MS = 500;
const MAX_RETRY_MS = 15_000;
/** BullMQ keeps a history of events in Redis, which nobody here reads. */
const EVENTS_KEPT = 100;

/** What @sapphire/plugin-scheduled-tasks tells of its queue, its worker and their connections. */
const TROUBLES = [
	ScheduledTaskEvents.ScheduledTaskStrategyConnectError,
	ScheduledTaskEvents.ScheduledTaskStrategyClientError,
	ScheduledTaskEvents.ScheduledTaskStrategyWorkerError
] as const;

export interface RedisScheduleOptions {
	/** Redis: `redis://` or `rediss://`. */
	readonly url: string;
	/** The queue's name, without `:`. Processes that share it share the wake-ups: one guild and one database. */
	readonly queue: string;
	/** The pieces, asked for when all are loaded. */
	readonly tasks: () => Iterable<ScheduledTask>;
	/** Wakes the tasks of this process while Redis does not. */
	readonly fallback: Schedule;
	readonly logger: Pick<ILogger, 'info' | 'warn' | 'error'>;
}

/**
 * Wakes the task pieces through a queue in Redis (@sapphire/plugin-scheduled-tasks over BullMQ): of many processes one is
 * woken each time.
 *
 * Redis may be away, at the start or later. What is due is in the database, where a wake-up too many does nothing: so as long
 * as the queue cannot be used, `meanwhile` wakes this process, and the log says so once; when Redis is back, so does it once.
 *
 * `start` resolves as soon as it is clear who wakes, within seconds; neither it nor `stop` fails because of Redis.
 * To be started after the login, when the pieces are loaded: the queue's worker takes jobs from the first moment, and a job
 * whose piece is not there yet would be lost.
 */
export function createRedisSchedule({ url, queue, tasks, fallback, logger }: RedisScheduleOptions): Schedule {
	const place = hostAndPort(url);
	let waking: 'nobody' | 'queue' | 'meanwhile' = 'nobody';
	let handler: ScheduledTaskHandler | null = null;
	let reached = false;
	let lastTrouble: Error | null = null;
	let said = new Set<string>();
	let look: Promise<void> | null = null;
	let timer: NodeJS.Timeout | undefined;
	let stopped = false;
	let decided = () => {};

	// One change of hands after another, so that in the end the last one holds.
	let turn: Promise<void> = Promise.resolve();
	const handOver = (to: typeof waking, change: () => Promise<void>) => {
		waking = to;
		said = new Set();
		turn = turn.then(change).catch((error: unknown) => logger.error('The schedule could not be changed:', error));
		decided();
	};
	const away = (why: string) => {
		if (stopped || waking === 'meanwhile') return;
		logger.error(`Redis cannot be reached (${place}): ${why}; Reeve wakes itself until it is back.`);
		handOver('meanwhile', () => fallback.start());
	};
	const back = () => {
		if (stopped || waking === 'queue') return;
		logger.info(
			waking === 'meanwhile' ? `Redis is back (${place}): its queue wakes Reeve again.` : `A queue in Redis (${place}) wakes Reeve.`
		);
		handOver('queue', () => fallback.stop());
	};

	/** While Redis is away every connection complains at every attempt: those complaints are only remembered. */
	const onTrouble = (error: unknown) => {
		if (!(error instanceof Error)) return;
		if (waking !== 'queue' || isConnectionError(error)) lastTrouble = error;
		if (stopped || waking !== 'queue' || isConnectionError(error) || said.has(error.message)) return;
		said.add(error.message);
		logger.warn(`The queue in Redis (${place}) reports: ${describeRedisError(error)}`);
	};
	const onClose = () => away(lastTrouble === null ? 'the connection was lost' : describeRedisError(lastTrouble));

	/** Sees to it that the queue has its schedules, one look at a time. */
	const lookAfter = (queued: ScheduledTaskHandler): Promise<void> => {
		look ??= (async () => {
			const redis = await queued.client.client;
			if (stopped || redis.status !== 'ready') return;
			// A connection may be dead without having ended: then a new one is made, and what was asked is asked again.
			const late = setInterval(() => {
				away('there is no answer');
				redis.disconnect(true);
			}, CHECK_TIMEOUT_MS);
			try {
				await ensureRepeatableJobs(queued, tasks());
				if (redis.status !== 'ready') return;
				lastTrouble = null;
				back();
			} finally {
				clearInterval(late);
			}
		})()
			.catch((error: unknown) => away(error instanceof Error ? describeRedisError(error) : String(error)))
			.finally(() => {
				look = null;
			});
		return look;
	};

	const connect = (): ScheduledTaskHandler => {
		const connection = {
			url,
			connectTimeout: CONNECT_TIMEOUT_MS,
			// Asking for the version at every connection is where BullMQ, closed meanwhile, leaves an error that nobody catches. It is
			// content then with blocking for whole seconds: a wake-up may be a second late.
			skipVersionCheck: true,
			// Commands wait for Redis to be back; nobody here waits for a command without a limit.
			maxRetriesPerRequest: null,
			retryStrategy: (times: number) => (stopped ? null : Math.min(times * RETRY_STEP_MS, MAX_RETRY_MS))
		};
		const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
		const queued = new FireAndForgetHandler({
			queue,
			bull: { connection, defaultJobOptions, streams: { events: { maxLen: EVENTS_KEPT } } }
		});
		for (const event of TROUBLES) container.client.on(event, onTrouble);
		queued.client.on('ioredis:close', onClose);
		queued.client.waitUntilReady().then(
			(redis) => {
				reached = true;
				redis.on('ready', () => void lookAfter(queued));
				return lookAfter(queued);
			},
			// It is given up only on the way down.
			(error: Error) => away(describeRedisError(error))
		);
		return queued;
	};

	return {
		start: async () => {
			if (stopped) return;
			const decision = new Promise<void>((resolve) => {
				decided = resolve;
			});
			const late = setTimeout(() => away('there is no answer'), START_TIMEOUT_MS);
			handler = connect();
			container.tasks = handler;
			const queued = handler;
			timer = setInterval(() => void lookAfter(queued), CHECK_EVERY_MS);
			await decision;
			clearTimeout(late);
			await turn;
		},
		stop: async () => {
			if (stopped) return;
			stopped = true;
			clearInterval(timer);
			decided();
			await turn;
			await fallback.stop();
			// Where Redis was never reached there is nothing to take leave of: the next attempt to connect is not made, and that is all.
			if (handler !== null && reached) await settleWithin(CLOSE_TIMEOUT_MS, handler.close()).catch(() => {});
			for (const event of TROUBLES) container.client.off(event, onTrouble);
		}
	};
}
