import type { Detection } from '../domain/detection.js';
import { fingerprint } from '../domain/fingerprint.js';
import type { BulkScope, Hold } from '../domain/hold.js';
import type { DriftType, OpenIssue } from '../domain/issue.js';
import type { Channel } from '../domain/notification.js';
import type { LastGoodRun, Ports } from '../domain/ports.js';
import type { HoldStore } from './holds.js';
import { checkSafety } from './safety.js';

/** What fixing many issues at once would do: a plan that can be shown, checked and compared. */

/** What a plan stands on. */
export interface IssueStore {
	/** Open issues that nobody is fixing now, the gravest first. */
	openIssues(scope: BulkScope): Promise<readonly ListedIssue[]>;
	/** What the newest whole run over everybody saw; null before the first. */
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

/** An open issue, and the newest run that saw it. */
export interface ListedIssue extends OpenIssue {
	readonly lastRunId: string;
}

export interface RunReading extends Pick<Detection, 'roleHolders' | 'payingCustomers'> {
	readonly runId: string;
}

/** What a bulk fix would do now. */
export interface BulkPlan {
	readonly scope: BulkScope;
	readonly issues: readonly ListedIssue[];
	/** The run whose reading it stands on. */
	readonly runId: string;
	/** 8 hex digits that bind a button to the issues and plans it showed. */
	readonly planHash: string;
	/** Why nothing may be taken without an operator who types how many people lose a role; null if all may go ahead. */
	readonly hold: Hold | null;
}

/**
 * Plans a bulk fix and checks its safety. Changes nothing.
 * @returns null where no run has read everything yet, or nothing is open
 */
export async function planBulk(ports: Ports, book: IssueStore, maxRevokePercent: number, scope: BulkScope): Promise<BulkPlan | null> {
	const reading = await book.newestReading();
	const issues = await book.openIssues(scope);
	if (reading === null || issues.length === 0) return null;
	const lastGood: LastGoodRun | null = await ports.ledger.lastGoodRun();
	return {
		scope,
		issues,
		runId: reading.runId,
		planHash: bulkHash(issues),
		hold: checkSafety(issues, reading, lastGood, maxRevokePercent)
	};
}

/** Writes down that the safety check refused this plan, if it did, and has the operators told of it. */
export async function holdIfRefused(
	book: HoldStore,
	plan: BulkPlan,
	by: { readonly actor: string; readonly at: Date; readonly channels: readonly Channel[] }
): Promise<void> {
	const { runId, scope, planHash, hold } = plan;
	if (hold !== null) await book.recordHold({ runId, scope, planHash, ...hold, ...by });
}

function bulkHash(issues: readonly OpenIssue[]): string {
	const plans = issues.map(({ id, planHash }) => `${id} ${planHash}`).sort();
	return fingerprint(plans.join('\n'));
}
