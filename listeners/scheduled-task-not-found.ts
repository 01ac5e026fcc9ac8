import { Listener } from '@sapphire/framework';
import { ScheduledTaskEvents } from '@sapphire/plugin-scheduled-tasks';
import { isReevesPiece } from '../src/piece-names.js';

/** During an upgrade two versions of Reeve may share a queue. */
export class ScheduledTaskNotFoundListener extends Listener<typeof ScheduledTaskEvents.ScheduledTaskNotFound> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: ScheduledTaskEvents.ScheduledTaskNotFound });
	}

	public run(task: string) {
		if (isReevesPiece(task))
			this.container.reeve.logger.warn(`The Redis queue contains a job for the task ${task}, which this version of Reeve does not have.`);
	}
}
