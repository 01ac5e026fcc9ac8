import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';

/** Checks every minute whether a verification is due. Idempotent: a missed or doubled wake-up changes nothing. */
export class VerificationTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: '* * * * *' });
	}

	public async run(): Promise<void> {
		await this.container.reeve.services.runs.verifyIfDue();
	}
}
