import { ShuttingDownError } from '../lifecycle.js';
import { fixAnnouncement } from '../messages/replies/outcome.js';
import { undoAnnouncement } from '../messages/replies/undo.js';
import type { Reeve } from '../reeve.js';

/**
 * Resumes the bulk fixes, fixes and undos that a stopped process left unfinished, announces the single ones and refreshes the reports.
 * Logs a failure, never throws.
 */
export async function resumeFixes(
	{ fixes, reports }: Pick<Reeve, 'fixes' | 'reports'>,
	logger: { error(...values: readonly unknown[]): void }
): Promise<void> {
	try {
		for (const { bulk } of await fixes.resumeBulks()) await reports.refresh(bulk.runId);
		const resumed = await fixes.resumeSingles();
		for (const { order, result } of resumed.fixes) {
			const announcement = fixAnnouncement(result, order.actor);
			if (announcement !== null) await reports.announce(announcement);
			await reports.refresh(order.runId);
		}
		for (const { order, result } of resumed.undos) {
			const announcement = undoAnnouncement(result, order.actor);
			if (announcement !== null) await reports.announce({ content: announcement });
		}
	} catch (error) {
		if (!(error instanceof ShuttingDownError)) logger.error('Resuming an interrupted fix failed; will retry:', error);
	}
}
