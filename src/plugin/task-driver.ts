import { container } from '@sapphire/framework';
import { type ScheduledTask, ScheduledTaskStore } from '@sapphire/plugin-scheduled-tasks';
import { NotRunningError, ShuttingDownError } from '../lifecycle.js';
import { pieceName } from '../piece-names.js';
import { PIECES } from '../pieces.js';
import type { Schedule } from '../reconciliation/domain/ports.js';
import { createInProcessSchedule } from '../schedule/in-process.js';
import type { MountedReeve } from './handle.js';

/** Drives Reeve's task pieces: by a queue of Reeve's own, by the bot's queue, or by timers in this process. */

type TaskClass = { readonly prototype: ScheduledTask } & (new (
	context: ScheduledTask.LoaderContext,
	options: ScheduledTask.Options
) => ScheduledTask);

const TASKS: readonly (readonly [string, TaskClass])[] = Object.entries(PIECES['scheduled-tasks']);

/** Whether the bot uses @sapphire/plugin-scheduled-tasks. */
export const hasTaskStore = (): boolean => container.stores.has('scheduled-tasks');

/**
 * Adds the tasks to the bot's own store, before it is loaded: the bot's queue then runs them. That queue runs one job at a time, so
 * the tasks only start there.
 */
export async function loadTasksIntoBot(logger: MountedReeve['logger']): Promise<void> {
	const store = container.stores.get('scheduled-tasks');
	for (const [name, Task] of TASKS) await store.loadPiece({ name: pieceName(name), piece: startOnly(Task, logger) });
}

/** A schedule that the bot's queue drives. */
export const DRIVEN_BY_BOT: Schedule = { start: async () => {}, stop: async () => {} };

/**
 * A schedule with the tasks in a store of its own, which is not registered with Sapphire: the name belongs to the bot.
 * @param redis - drives them through a queue in Redis
 */
export async function createTaskSchedule(
	redis: { readonly url: string; readonly queue: string } | null,
	logger: MountedReeve['logger'],
	onError: (task: string, error: unknown) => void
): Promise<Schedule> {
	const store = new ScheduledTaskStore();
	const tasks = () => store.values();
	const inProcess = createInProcessSchedule(tasks, onError);
	const withRedis = async (options: NonNullable<typeof redis>) => {
		// Loads BullMQ as well, for those alone who use it.
		const { createRedisSchedule } = await import('../schedule/redis.js');
		return createRedisSchedule({ ...options, tasks, fallback: inProcess, logger });
	};
	const schedule = redis === null ? inProcess : await withRedis(redis);
	return {
		start: async () => {
			for (const [name, Task] of TASKS) await store.loadPiece({ name: pieceName(name), piece: Task });
			await store.loadAll();
			await schedule.start();
		},
		stop: () => schedule.stop()
	};
}

/** The task, except that it resolves as soon as it has started. A task that is still running is not started again. */
function startOnly(Task: TaskClass, logger: MountedReeve['logger']): TaskClass {
	const run: ScheduledTask['run'] = Task.prototype.run;
	let running = false;
	return class extends Task {
		public override async run(): Promise<void> {
			if (running) return;
			running = true;
			Promise.resolve()
				.then(() => run.call(this, undefined))
				.catch((error: unknown) => {
					const expected = error instanceof ShuttingDownError || error instanceof NotRunningError;
					if (!expected) logger.error(`Scheduled task ${this.name} failed:`, error);
				})
				.finally(() => {
					running = false;
				});
		}
	};
}
