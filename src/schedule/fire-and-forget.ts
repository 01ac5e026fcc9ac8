import { ScheduledTaskHandler } from '@sapphire/plugin-scheduled-tasks';

type TaskRun = Parameters<ScheduledTaskHandler['run']>[0];

/**
 * The plugin's handler, except that a job only triggers its task and completes as soon as the task has started. A task that is
 * still running is not started again, as with node-cron.
 *
 * The plugin's own handler runs one job at a time and waits for its task. A daily run that is slow or hangs would block all other
 * tasks, the alert about missing runs included, and a run that outlives its job's lock would be started twice. Jobs need no retries:
 * what is due, also after a crash, is in the database.
 */
export class FireAndForgetHandler extends ScheduledTaskHandler {
	private readonly running = new Set<string>();

	public override async run(task: TaskRun): Promise<undefined> {
		const name: string = typeof task === 'string' ? task : (task as { name: string }).name;
		if (this.running.has(name)) return;
		this.running.add(name);
		// The plugin reports errors by an event.
		super
			.run(task)
			.catch(() => {})
			.finally(() => this.running.delete(name));
	}
}
