import type { Hold } from '../domain/hold.js';
import type { MoneyTotals } from '../domain/money.js';
import type { ReconciliationResult } from '../domain/run.js';

/** A run in a list of runs. */
export interface RunSummary
	extends Pick<
		ReconciliationResult,
		| 'runId'
		| 'triggeredBy'
		| 'requestedBy'
		| 'isVerificationRun'
		| 'onlyMember'
		| 'onlyMembers'
		| 'startedAt'
		| 'issuesFound'
		| 'issuesFixed'
		| 'news'
		| 'failure'
	> {
	readonly status: 'RUNNING' | 'COMPLETED' | 'FAILED';
	/** Null while it is running. */
	readonly completedAt: Date | null;
	/** The money that its issues are about; null unless it compared all members and setup was finished. Missing in runs of older versions. */
	readonly money?: MoneyTotals | null;
	readonly hold: Hold | null;
	readonly holdReleasedBy: string | null;
	readonly report: { readonly channelId: string; readonly messageId: string } | null;
}

export interface RunCounts {
	readonly runs: number;
	readonly failed: number;
	readonly fixed: number;
}

export interface RunHistoryStore {
	/** Newest first, without targeted runs that found and changed nothing. @param page.since - only runs that started at or after it */
	recentRuns(page: { readonly since: Date; readonly skip: number; readonly take: number }): Promise<readonly RunSummary[]>;
	/** Null if there is no such run. */
	findRun(runId: string): Promise<RunSummary | null>;
	/** The same runs that started at or after `since`, how many of them failed, and the issues they fixed. */
	countRuns(since: Date): Promise<RunCounts>;
}

/** Runs on one page of the history. */
export const RUNS_PER_PAGE = 10;

export interface HistoryPage {
	readonly days: number;
	/** Counted from 0. */
	readonly page: number;
	readonly counts: RunCounts;
	readonly runs: readonly RunSummary[];
}

const DAY_MS = 86_400_000;

/** Reads one page of the runs of the last days. @param page - counted from 0 */
export async function readHistory(store: RunHistoryStore, now: Date, days: number, page: number): Promise<HistoryPage> {
	const since = new Date(now.getTime() - days * DAY_MS);
	const runs = await store.recentRuns({ since, skip: page * RUNS_PER_PAGE, take: RUNS_PER_PAGE });
	return { days, page, counts: await store.countRuns(since), runs };
}
