import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { type ScheduledTask as CronTask, schedule } from 'node-cron';
import type { Schedule } from '../reconciliation/domain/ports.js';

/**
 * Wakes the task pieces in this process, on their own patterns. It remembers nothing: what is due is in the database.
 * @param tasks - the pieces, asked for at start, when all are loaded
 */
export function createInProcessSchedule(tasks: () => Iterable<ScheduledTask>, onError: (task: string, error: unknown) => void): Schedule {
	const running: CronTask[] = [];
	return {
		start: async () => {
			for (const task of tasks()) {
				if (task.pattern === null) continue;
				const wake = async () => {
					try {
						await task.run(undefined);
					} catch (error) {
						onError(task.name, error);
					}
				};
				running.push(schedule(task.pattern, wake, { name: task.name, timezone: task.timezone, noOverlap: true }));
			}
		},
		stop: async () => {
			for (const task of running.splice(0)) await task.destroy();
		}
	};
}
