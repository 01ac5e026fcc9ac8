import type { FixOutcome, IssueState, OpenIssue } from '../domain/issue.js';
import type { RoleName } from '../domain/rules.js';
import type { ReconciliationResult } from '../domain/run.js';
import type { UnknownMembers } from '../domain/unknown.js';

/** Ended runs: the issues that each found, until its snapshot is deleted because of its age, and every attempt to fix them. */
export interface RunArchiveStore {
	/** Runs that have ended and whose snapshot is stored, newest first; without targeted runs that found and changed nothing. */
	endedRuns(limit: number): Promise<readonly ArchivedRun[]>;
	/**
	 * @param runId - null for the newest run over all members that completed
	 * @returns null if there is no such run, or it has not ended
	 */
	readRecord(runId: string | null): Promise<RunRecord | null>;
}

export type ArchivedRun = Pick<
	ReconciliationResult,
	'runId' | 'status' | 'triggeredBy' | 'onlyMember' | 'onlyMembers' | 'startedAt' | 'issuesFound'
>;

export interface RunRecord {
	readonly run: ArchivedRun;
	/** Null if the snapshot was deleted because of its age. */
	readonly issues: readonly RecordedIssue[] | null;
	/** Members of whom something was unknown. */
	readonly unknown: readonly UnknownMembers[];
}

export interface RecordedIssue {
	/** As the run found it. */
	readonly found: OpenIssue;
	/** Null if it is no longer in the database. */
	readonly statusNow: IssueState['status'] | null;
	/** Oldest first. */
	readonly attempts: readonly RecordedAttempt[];
}

export interface RecordedAttempt {
	readonly id: string;
	/** The operator's Discord ID, or `reeve`. */
	readonly actor: string;
	readonly startedAt: Date;
	readonly rolesBefore: readonly RoleName[] | null;
	readonly rolesAfter: readonly RoleName[] | null;
	/** Null while it is in progress. */
	readonly outcome: FixOutcome | null;
	readonly error: string | null;
	/** The fix that it undoes; null for a fix. */
	readonly undoes: string | null;
	/** Null if it has not been undone. */
	readonly undoneBy: { readonly actor: string; readonly at: Date } | null;
}
