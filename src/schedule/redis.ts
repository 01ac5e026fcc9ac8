import { container, type ILogger } from '@sapphire/framework';
import { type ScheduledTask, ScheduledTaskEvents, type ScheduledTaskHandler } from '@sapphire/plugin-scheduled-tasks';
import { settleWithin } from '../async/timeout.js';
import type { Schedule } from '../reconciliation/domain/ports.js';
import { FireAndForgetHandler } from './fire-and-forget.js';
import { describeRedisError, hostAndPort, isConnectionError, isLostJob } from './redis-errors.js';
import { ensureRepeatableJobs } from './repeatable-jobs.js';

/**
 * The schedule is always in one of three modes:
 * - `starting`: no trigger yet; `start` waits for one of the other two, at most {@link START_TIMEOUT_MS}.
 * - `queue`: jobs of a BullMQ queue in Redis run the tasks; of several processes, one runs each.
 * - `fallback`: Redis is unavailable; the in-process scheduler runs the tasks of this process.
 *
 * Transitions, each logged once and executed one after the other:
 * - → `queue` when a check has verified the repeatable jobs: after every (re)connect and every {@link CHECK_INTERVAL_MS}.
 * - → `fallback` when the connection closes, a check fails or hangs, or Redis does not respond at the start.
 * - `stop` ends both; there is no way back.
 *
 * Switching too often is harmless: what is due is in the database, where a surplus trigger does nothing.
 */
type Mode = 'starting' | 'queue' | 'fallback';

/** Wait for Redis at the start before falling back. */
const START_TIMEOUT_MS = 3_000;
/** Wait for the queue to close at shutdown. Running tasks are awaited by the lifecycle. */
const CLOSE_TIMEOUT_MS = 1_000;
/** How often the repeatable jobs are checked: Redis may have been flushed, and nothing else would notice. */
const CHECK_INTERVAL_MS = 60_000;
/** A check that takes longer means that the connection is unresponsive. */
const CHECK_TIMEOUT_MS = 10_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** Delay between connection attempts: grows by the step, up to the maximum. */
const RECONNECT_STEP_MS = 500;
const MAX_RECONNECT_DELAY_MS = 15_000;
/** BullMQ keeps an event history in Redis, which Reeve does not read. */
const MAX_STREAM_EVENTS = 100;

/** Events by which the plugin reports errors of its queue, its worker and their connections. */
const ERROR_EVENTS = [
	ScheduledTaskEvents.ScheduledTaskStrategyConnectError,
	ScheduledTaskEvents.ScheduledTaskStrategyClientError,
	ScheduledTaskEvents.ScheduledTaskStrategyWorkerError
] as const;

export interface RedisScheduleOptions {
	/** Redis: `redis://` or `rediss://`. */
	readonly url: string;
	/** The queue's name, without `:`. Processes with the same name share the jobs: one guild and one database. */
	readonly queue: string;
	/** The task pieces; called once all are loaded. */
	readonly tasks: () => Iterable<ScheduledTask>;
	/** Runs the tasks of this process while Redis is unavailable. */
	readonly fallback: Schedule;
	readonly logger: Pick<ILogger, 'info' | 'warn' | 'error'>;
	/** Receives the handler of the queue. */
	readonly onConnect?: (handler: ScheduledTaskHandler) => void;
}

/**
 * Runs the task pieces through a queue in Redis (@sapphire/plugin-scheduled-tasks over BullMQ), or through `fallback` while Redis is
 * unavailable.
 *
 * `start` resolves within seconds, as soon as the mode is decided; neither it nor `stop` rejects because of Redis. Call it after the
 * login, when the pieces are loaded: the worker takes jobs at once, and a job without a piece would be lost.
 */
export function createRedisSchedule({ url, queue, tasks, fallback, logger, onConnect = () => {} }: RedisScheduleOptions): Schedule {
	const address = hostAndPort(url);
	let mode: Mode = 'starting';
	let handler: ScheduledTaskHandler | null = null;
	let connectedOnce = false;
	let lastError: Error | null = null;
	let loggedErrors = new Set<string>();
	let pendingCheck: Promise<void> | null = null;
	let checkTimer: NodeJS.Timeout | undefined;
	let stopped = false;
	let onModeDecided = () => {};

	// Serialised, so that starts and stops of the fallback cannot overtake each other.
	let transition: Promise<void> = Promise.resolve();
	const switchTo = (next: Mode, apply: () => Promise<void>) => {
		mode = next;
		loggedErrors = new Set();
		transition = transition.then(apply).catch((error: unknown) => logger.error('Could not switch the scheduler:', error));
		onModeDecided();
	};
	const useFallback = (reason: string) => {
		if (stopped || mode === 'fallback') return;
		logger.error(`Redis unavailable (${address}): ${reason}. Falling back to the in-process scheduler.`);
		switchTo('fallback', () => fallback.start());
	};
	const useQueue = () => {
		if (stopped || mode === 'queue') return;
		logger.info(mode === 'fallback' ? `Redis available again (${address}); using its queue.` : `Using the queue in Redis (${address}).`);
		switchTo('queue', () => fallback.stop());
	};

	/** While Redis is unavailable, each connection reports every failed attempt: those errors only serve as the reason. */
	const onError = (error: unknown) => {
		if (!(error instanceof Error) || isLostJob(error)) return;
		if (mode !== 'queue' || isConnectionError(error)) lastError = error;
		if (stopped || mode !== 'queue' || isConnectionError(error) || loggedErrors.has(error.message)) return;
		loggedErrors.add(error.message);
		logger.warn(`Error from the queue in Redis (${address}): ${describeRedisError(error)}`);
	};
	const onClose = () => useFallback(lastError === null ? 'connection lost' : describeRedisError(lastError));

	/** Makes sure that the queue has its repeatable jobs, then uses it. Concurrent calls share one check. */
	const checkQueue = (queued: ScheduledTaskHandler): Promise<void> => {
		pendingCheck ??= (async () => {
			const redis = await queued.client.client;
			if (stopped || redis.status !== 'ready') return;
			// A connection can hang without closing. Reconnecting repeats the pending commands.
			const hangTimer = setInterval(() => {
				useFallback('no response');
				redis.disconnect(true);
			}, CHECK_TIMEOUT_MS);
			try {
				await ensureRepeatableJobs(queued, tasks());
				if (redis.status !== 'ready') return;
				lastError = null;
				useQueue();
			} finally {
				clearInterval(hangTimer);
			}
		})()
			.catch((error: unknown) => useFallback(error instanceof Error ? describeRedisError(error) : String(error)))
			.finally(() => {
				pendingCheck = null;
			});
		return pendingCheck;
	};

	const connect = (): ScheduledTaskHandler => {
		const connection = {
			url,
			connectTimeout: CONNECT_TIMEOUT_MS,
			// BullMQ's version check leaves an unhandled rejection when the queue is closed during it. Without the check, BullMQ blocks
			// in whole seconds, so a job may start a second late.
			skipVersionCheck: true,
			// Commands wait until Redis is available again; callers here set their own limits.
			maxRetriesPerRequest: null,
			retryStrategy: (times: number) => (stopped ? null : Math.min(times * RECONNECT_STEP_MS, MAX_RECONNECT_DELAY_MS))
		};
		const defaultJobOptions = { removeOnComplete: true, removeOnFail: true };
		const bull = { connection, defaultJobOptions, streams: { events: { maxLen: MAX_STREAM_EVENTS } } };
		const queued = new FireAndForgetHandler({ queue, bull }, tasks);
		onConnect(queued);
		for (const event of ERROR_EVENTS) container.client.on(event, onError);
		queued.client.on('ioredis:close', onClose);
		queued.client.waitUntilReady().then(
			(redis) => {
				connectedOnce = true;
				redis.on('ready', () => void checkQueue(queued));
				return checkQueue(queued);
			},
			// Rejects only at shutdown, when reconnecting ends.
			(error: Error) => useFallback(describeRedisError(error))
		);
		return queued;
	};

	return {
		start: async () => {
			if (stopped) return;
			const modeDecided = new Promise<void>((resolve) => {
				onModeDecided = resolve;
			});
			const startTimer = setTimeout(() => useFallback('no response'), START_TIMEOUT_MS);
			handler = connect();
			const queued = handler;
			checkTimer = setInterval(() => void checkQueue(queued), CHECK_INTERVAL_MS);
			await modeDecided;
			clearTimeout(startTimer);
			await transition;
		},
		stop: async () => {
			if (stopped) return;
			stopped = true;
			clearInterval(checkTimer);
			onModeDecided();
			await transition;
			await fallback.stop();
			// If Redis was never reached there is nothing to close: `retryStrategy` ends the connection attempts.
			if (handler !== null && connectedOnce) await settleWithin(CLOSE_TIMEOUT_MS, handler.close()).catch(() => {});
			for (const event of ERROR_EVENTS) container.client.off(event, onError);
		}
	};
}
