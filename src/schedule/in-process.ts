import type { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { type ScheduledTask as CronTask, schedule } from 'node-cron';
import type { Schedule } from '../reconciliation/domain/ports.js';

/**
 * Runs the task pieces in this process on their cron patterns, with node-cron. Keeps no state: what is due is in the database.
 * @param tasks - the pieces; called at start, when all are loaded
 * @param onError - receives the errors of tasks; the schedule continues
 */
export function createInProcessSchedule(tasks: () => Iterable<ScheduledTask>, onError: (task: string, error: unknown) => void): Schedule {
	const scheduled: CronTask[] = [];
	return {
		start: async () => {
			for (const task of tasks()) {
				if (task.pattern === null) continue;
				const run = async () => {
					try {
						await task.run(undefined);
					} catch (error) {
						onError(task.name, error);
					}
				};
				scheduled.push(schedule(task.pattern, run, { name: task.name, timezone: task.timezone, noOverlap: true }));
			}
		},
		stop: async () => {
			for (const task of scheduled.splice(0)) await task.destroy();
		}
	};
}
