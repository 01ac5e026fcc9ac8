import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { resumeFixes } from '../src/interactions/resume-fixes.js';

/** Every minute: resumes interrupted fixes, retries pending notifications, and alerts if no run has succeeded for too long. */
export class HousekeepingTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: '* * * * *' });
	}

	public async run(): Promise<void> {
		const { services, logger } = this.container.reeve;
		// Not awaited: it may take minutes, and a queue runs one task at a time.
		void resumeFixes(services, logger);
		await services.health.housekeep({ atStart: false });
	}
}
