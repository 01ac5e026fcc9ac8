import type { Detection } from '../domain/detection.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { BulkScope, Hold } from '../domain/hold.js';
import type { DriftType, OpenIssue } from '../domain/issue.js';
import type { Channel } from '../domain/notification.js';
import type { RunStore } from '../domain/ports.js';
import type { HoldStore } from './holds.js';
import { checkSafety } from './safety.js';

/** The plan of a bulk fix: a value that can be shown, checked and compared. */

export interface IssueStore {
	/** Open issues that are not being fixed, most severe first. */
	openIssues(scope: BulkScope): Promise<readonly ListedIssue[]>;
	/** What the newest full run read; null before the first. */
	newestReading(): Promise<RunReading | null>;
}

/** Finds open issues without reading all of them. Lists are ordered by severity, then by age. */
export interface IssueSearch {
	/**
	 * Open issues whose member name or description contains the text in any case, whose Discord ID or issue ID starts with it, or that
	 * are of one of the kinds.
	 */
	searchOpenIssues(text: string, limit: number, kinds?: readonly DriftType[]): Promise<readonly ListedIssue[]>;
	/** Open issues with exactly this issue ID, Discord ID or member name (in any case). */
	findOpenIssues(idOrName: string, limit: number): Promise<readonly ListedIssue[]>;
	/** Null if the issue is not open. */
	openIssue(issueId: string): Promise<ListedIssue | null>;
}

/** An open issue and the newest run that found it. */
export interface ListedIssue extends OpenIssue {
	readonly lastRunId: string;
}

export interface RunReading extends Pick<Detection, 'roleHolders' | 'payingCustomers'> {
	readonly runId: string;
}

export interface BulkPlan {
	readonly scope: BulkScope;
	readonly issues: readonly ListedIssue[];
	/** The run that it is based on. */
	readonly runId: string;
	/** Binds a button to the issues and plans that it showed. */
	readonly planHash: string;
	/** Why roles are revoked only after an operator typed how many members lose one; null if the plan is safe. */
	readonly hold: Hold | null;
}

/**
 * Plans a bulk fix and runs the safety check on it. Changes nothing.
 * @returns null before the first full run, or if no issue is open
 */
export async function planBulk(
	{ ledger }: { readonly ledger: RunStore },
	store: IssueStore,
	maxRevokePercent: number,
	scope: BulkScope
): Promise<BulkPlan | null> {
	const reading = await store.newestReading();
	const issues = await store.openIssues(scope);
	if (reading === null || issues.length === 0) return null;
	const lastGood = await ledger.lastGoodRun();
	return {
		scope,
		issues,
		runId: reading.runId,
		planHash: bulkHash(issues),
		hold: checkSafety(issues, reading, lastGood, maxRevokePercent)
	};
}

/** Stores a hold and queues its notification if the safety check refused this plan. */
export async function holdIfRefused(
	store: HoldStore,
	plan: BulkPlan,
	order: { readonly actor: string; readonly at: Date; readonly channels: readonly Channel[] }
): Promise<void> {
	const { runId, scope, planHash, hold } = plan;
	if (hold !== null) await store.recordHold({ runId, scope, planHash, ...hold, ...order });
}

function bulkHash(issues: readonly OpenIssue[]): string {
	const plans = issues.map(({ id, planHash }) => `${id} ${planHash}`).sort();
	return fingerprint(plans.join('\n'));
}
