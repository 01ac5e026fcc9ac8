import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';

/**
 * Wakes every minute, goes on with bulk fixes that were cut off, delivers what could not be delivered, and looks whether no run has
 * succeeded for too long.
 */
export class HousekeepingTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: '* * * * *' });
	}

	public async run(): Promise<void> {
		// Not waited for: it may take minutes, and a queue does one task after the other.
		void this.container.reeve.continueBulks();
		await this.container.reeve.housekeep({ atStart: false });
	}
}
