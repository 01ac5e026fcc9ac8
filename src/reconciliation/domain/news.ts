/** An issue, as the report of a run over all members shows it: compared with the last such report. */
export type IssueNews =
	/** First found since then. */
	| 'new'
	/** Recurred since then, after a fix. */
	| 'back'
	/** That report listed it already. */
	| 'known';

/** How many issues left the open state, by how. */
export interface SettledCounts {
	readonly fixed: number;
	readonly undone: number;
	readonly ignored: number;
	/** The drift went away without Reeve. */
	readonly gone: number;
}

/** A run whose report listed its issues. */
export interface ReportedRun {
	readonly startedAt: Date;
	readonly completedAt: Date;
}

/** What has changed since the last report over all members. */
export interface News {
	/** Start of the run that it is compared with; null if there was none, so that every issue is new. */
	readonly since: Date | null;
	/** Issues of this run. */
	readonly counts: Readonly<Record<IssueNews, number>>;
	/** Issues of the run that it is compared with that were settled since, other than by this run's automatic fixes. */
	readonly settled: SettledCounts;
}
