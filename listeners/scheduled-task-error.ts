import { Listener } from '@sapphire/framework';
import { type ScheduledTask, ScheduledTaskEvents } from '@sapphire/plugin-scheduled-tasks';
import { StoppingError } from '../src/under-way.js';

export class ScheduledTaskErrorListener extends Listener<typeof ScheduledTaskEvents.ScheduledTaskError> {
	public constructor(context: Listener.LoaderContext, options: Listener.Options) {
		super(context, { ...options, event: ScheduledTaskEvents.ScheduledTaskError });
	}

	public run(error: unknown, task: ScheduledTask) {
		if (!(error instanceof StoppingError)) this.container.logger.error(`The task ${task.name} failed:`, error);
	}
}
