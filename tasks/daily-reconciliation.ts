import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { WAKE_EVERY_MINUTES } from '../src/reconciliation/schedule/daily.js';

/** Checks every quarter of an hour whether the daily run is due. Idempotent: a missed or doubled wake-up changes nothing. */
export class DailyReconciliationTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: `*/${WAKE_EVERY_MINUTES} * * * *` });
	}

	public async run(): Promise<void> {
		await this.container.reeve.services.schedule.runIfDue();
	}
}
