import { container } from '@sapphire/framework';
import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';

/** Wakes at every full hour and asks whether the daily run is due: a wake-up missed or doubled changes nothing. */
export class DailyReconciliationTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: '0 * * * *', timezone: container.settings.RECONCILIATION_TIMEZONE });
	}

	public async run(): Promise<void> {
		await this.container.reeve.runIfDue();
	}
}
