import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';

/** Wakes every minute and asks whether a verification is due: a wake-up missed or doubled changes nothing. */
export class VerificationTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: '* * * * *' });
	}

	public async run(): Promise<void> {
		await this.container.reeve.verifyIfDue();
	}
}
