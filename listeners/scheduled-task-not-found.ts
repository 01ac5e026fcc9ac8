import { Listener } from '@sapphire/framework';
import { ScheduledTaskEvents } from '@sapphire/plugin-scheduled-tasks';

/** Two versions of Reeve share a queue for a while when one takes over from the other. */
export class ScheduledTaskNotFoundListener extends Listener<typeof ScheduledTaskEvents.ScheduledTaskNotFound> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: ScheduledTaskEvents.ScheduledTaskNotFound });
	}

	public run(task: string) {
		this.container.logger.warn(`The queue in Redis asks for a task ${task}, which this version of Reeve does not have.`);
	}
}
