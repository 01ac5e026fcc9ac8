import { ShuttingDownError } from '../lifecycle.js';
import type { Reeve } from '../reeve.js';

/** Resumes bulk fixes that a stopped process left unfinished, and refreshes their reports. Logs a failure, never throws. */
export async function resumeBulks(
	{ fixes, reports }: Pick<Reeve, 'fixes' | 'reports'>,
	logger: { error(...values: readonly unknown[]): void }
): Promise<void> {
	try {
		for (const { bulk } of await fixes.resumeBulks()) await reports.refresh(bulk.runId);
	} catch (error) {
		if (!(error instanceof ShuttingDownError)) logger.error('Resuming a bulk fix failed; will retry:', error);
	}
}
