import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';

/** Wakes every minute, delivers what could not be delivered, and looks whether no run has succeeded for too long. */
export class HousekeepingTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: '* * * * *' });
	}

	public async run(): Promise<void> {
		await this.container.reeve.housekeep({ atStart: false });
	}
}
