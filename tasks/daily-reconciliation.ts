import { ScheduledTask } from '@sapphire/plugin-scheduled-tasks';
import { WAKE_EVERY_MINUTES } from '../src/reconciliation/index.js';

/** Wakes at every quarter of an hour and asks whether the daily run is due: a wake-up missed or doubled changes nothing. */
export class DailyReconciliationTask extends ScheduledTask {
	public constructor(context: ScheduledTask.LoaderContext, options: ScheduledTask.Options) {
		super(context, { ...options, pattern: `*/${WAKE_EVERY_MINUTES} * * * *` });
	}

	public async run(): Promise<void> {
		await this.container.reeve.runIfDue();
	}
}
