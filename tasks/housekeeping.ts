import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { resumeFixes } from '../src/interactions/resume-fixes.js';

/** Every minute: resumes interrupted fixes, retries pending notifications, and alerts if no run has succeeded for too long. */
export class HousekeepingTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: '* * * * *' });
	}

	public async run(): Promise<void> {
		const { reeve, logger } = this.container;
		// Not awaited: it may take minutes, and a queue runs one task at a time.
		void resumeFixes(reeve, logger);
		await reeve.health.housekeep({ atStart: false });
	}
}
