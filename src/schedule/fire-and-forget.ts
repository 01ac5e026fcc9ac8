import { container } from '@sapphire/framework';
import { type ScheduledTask, ScheduledTaskEvents, ScheduledTaskHandler } from '@sapphire/plugin-scheduled-tasks';

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

	/** @param tasks - looked up here, and not in the store `scheduled-tasks`: that one may be another bot's */
	public constructor(
		options: ConstructorParameters<typeof ScheduledTaskHandler>[0],
		private readonly tasks: () => Iterable<ScheduledTask>
	) {
		super(options);
	}

	public override async run(task: TaskRun): Promise<undefined> {
		const name: string = typeof task === 'string' ? task : (task as { name: string }).name;
		const { client } = container;
		const piece = [...this.tasks()].find((candidate) => candidate.name === name);
		if (piece === undefined) {
			client.emit(ScheduledTaskEvents.ScheduledTaskNotFound, name, undefined);
			return;
		}
		if (this.running.has(name)) return;
		this.running.add(name);
		client.emit(ScheduledTaskEvents.ScheduledTaskRun, piece, undefined);
		Promise.resolve()
			.then(() => piece.run(undefined))
			.catch((error: unknown) => client.emit(ScheduledTaskEvents.ScheduledTaskError, error, piece, undefined))
			.finally(() => this.running.delete(name));
	}
}
