import { Listener } from '@sapphire/framework';
import { type ScheduledTask, ScheduledTaskEvents } from '@sapphire/plugin-scheduled-tasks';
import { ShuttingDownError } from '../src/lifecycle.js';
import { isReevesPiece } from '../src/piece-names.js';

/** Logs the error of one of Reeve's tasks. */
export class ScheduledTaskErrorListener extends Listener<typeof ScheduledTaskEvents.ScheduledTaskError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: ScheduledTaskEvents.ScheduledTaskError });
	}

	public run(error: unknown, task: ScheduledTask) {
		if (isReevesPiece(task.name) && !(error instanceof ShuttingDownError))
			this.container.reeve.logger.error(`Scheduled task ${task.name} failed:`, error);
	}
}
