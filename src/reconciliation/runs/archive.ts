import type { FixOutcome, IssueState, OpenIssue } from '../domain/issue.js';
import type { RoleName } from '../domain/rules.js';
import type { ReconciliationResult } from '../domain/run.js';
/** What is kept of runs for good: the issues as a run saw them, and every attempt to mend them. */
export interface RunArchiveStore {
	/** Runs that have ended, the newest first. */
	endedRuns(most: number): Promise<readonly ArchivedRun[]>;
	/**
	 * @param runId - null for the newest run that completed
	 * @returns null if there is no such run, or it has not ended
	 */
	readRecord(runId: string | null): Promise<RunRecord | null>;
}

export type ArchivedRun = Pick<ReconciliationResult, 'runId' | 'status' | 'triggeredBy' | 'onlyMember' | 'startedAt' | 'issuesFound'>;

export interface RunRecord {
	readonly run: ArchivedRun;
	readonly issues: readonly RecordedIssue[];
}

export interface RecordedIssue {
	/** As the run saw it. */
	readonly found: OpenIssue;
	/** As it is now; null if it is not in the database any more. */
	readonly statusNow: IssueState['status'] | null;
	/** The oldest first. */
	readonly attempts: readonly RecordedAttempt[];
}

export interface RecordedAttempt {
	readonly id: string;
	/** The operator's Discord ID, or `reeve`. */
	readonly actor: string;
	readonly startedAt: Date;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
	/** Null while it is under way. */
	readonly outcome: FixOutcome | null;
	readonly error: string | null;
	/** The attempt that it undoes; null for a fix. */
	readonly undoes: string | null;
	/** Who undid it; null if nobody did. */
	readonly undoneBy: { readonly actor: string; readonly at: Date } | null;
}
