import type { Client } from 'discord.js';
import { createThrottle } from '../../async/throttle.js';
import type { IssueState } from '../../reconciliation/domain/issue.js';
import type { ReconciliationResult } from '../../reconciliation/domain/run.js';
import type { StripeMode } from '../format/stripe-links.js';
import { redrawReport } from './redraw.js';

/** Discord allows 5 edits per 5 s in a channel. What changes at once, such as a bulk fix, is drawn at once. */
const REDRAW_EVERY_MS = 3_000;

/** Newest first. Older ones have long scrolled away. */
const MAX_REDRAWN = 20;

export interface TargetedReportStore {
	/** IDs of the newest targeted runs with a posted report and an issue that was settled, attempted or found again since then. */
	changedTargetedReports(since: Date, limit: number): Promise<readonly string[]>;
	readReport(runId: string): Promise<{
		readonly result: ReconciliationResult;
		readonly message: { readonly channelId: string; readonly messageId: string } | null;
	} | null>;
	issueStates(issueIds: readonly string[]): Promise<ReadonlyMap<string, IssueState>>;
}

/** Keeps posted reports of targeted runs up to date: their issues are fixed, or go away, by other runs, in other reports and by commands. */
export interface TargetedReports {
	/** Issues may have changed since then. Best effort, soon, and never throws: the buttons read the database anyway. */
	changed(since: Date): void;
}

export function createTargetedReports(deps: {
	readonly client: Client;
	readonly store: TargetedReportStore;
	readonly stripeMode: StripeMode;
	/** Makes shutdown wait for a redraw in progress. */
	readonly trackReply: (work: () => Promise<void>) => Promise<void>;
	readonly logger: { warn(...values: readonly unknown[]): void };
}): TargetedReports {
	const { client, store, stripeMode, trackReply, logger } = deps;
	let changedSince: Date | null = null;

	const redraw = async (): Promise<void> => {
		const since = changedSince;
		if (since === null) return;
		changedSince = null;
		for (const runId of await store.changedTargetedReports(since, MAX_REDRAWN)) {
			const report = await store.readReport(runId);
			if (report === null || report.message === null) continue;
			const states = await store.issueStates(report.result.issues.map(({ id }) => id));
			await redrawReport(client, report.message, { result: report.result, states, stripeMode }).catch((error: unknown) =>
				logger.warn(`Could not update the report of run ${runId}:`, error)
			);
		}
	};
	const throttle = createThrottle(
		() => trackReply(() => redraw().catch((error: unknown) => logger.warn('Could not update the reports of targeted runs:', error))),
		{ everyMs: REDRAW_EVERY_MS }
	);
	return {
		changed: (since) => {
			if (changedSince === null || since < changedSince) changedSince = since;
			throttle.schedule();
		}
	};
}
