import { ScheduledTaskHandler } from '@sapphire/plugin-scheduled-tasks';

type Wake = Parameters<ScheduledTaskHandler['run']>[0];

/**
 * The plugin's handler, for which a job is a wake-up and nothing more: it is done as soon as the task is at work.
 *
 * The plugin waits for the task, one job at a time: a daily run that takes long, or hangs, would keep every other task asleep,
 * the one that tells of missing runs among them, and a run that outlives its job's lock would be begun again. What has to be
 * done, and done again after a crash, is in the database. As with node-cron, a task that is still at work is not woken.
 */
export class FireAndForgetHandler extends ScheduledTaskHandler {
	private readonly running = new Set<string>();

	public override async run(task: Wake): Promise<undefined> {
		const name: string = typeof task === 'string' ? task : (task as { name: string }).name;
		if (this.running.has(name)) return;
		this.running.add(name);
		// Its errors are told by the plugin's event.
		super
			.run(task)
			.catch(() => {})
			.finally(() => this.running.delete(name));
	}
}
