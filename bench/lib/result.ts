/** Results of cases. Times in milliseconds, memory in bytes. */

/** Another way to do the same, measured in the same run. */
export interface BaselineResult {
	readonly name: string;
	readonly wallMs: number;
	/** False if scaled from a measurement at a smaller size. */
	readonly measured: boolean;
	/** Its time as a multiple of Reeve's. */
	readonly ratio: number;
}

/** A limit and whether the result is within it; `label` names the value and the limit. */
export interface Goal {
	readonly label: string;
	readonly met: boolean;
}

export interface CaseResult {
	readonly group: string;
	/** Unique within the group, together with the size. */
	readonly name: string;
	readonly size: number;
	readonly requests: number | null;
	readonly wallMs: number;
	/** Lower bound for any implementation, computed. */
	readonly boundMs: number | null;
	readonly ratioToBound: number | null;
	readonly baselines: readonly BaselineResult[];
	/** Of the process that ran Reeve's code. */
	readonly peakRssBytes: number | null;
	readonly queries: number | null;
	/** Further numbers, by column title. */
	readonly figures: Readonly<Record<string, number>>;
	readonly goals: readonly Goal[];
}

type Measured = Pick<CaseResult, 'group' | 'name' | 'size' | 'wallMs'> & Partial<Omit<CaseResult, 'ratioToBound' | 'baselines'>>;

/** Completes a result with its ratios. */
export function result(measured: Measured, baselines: readonly Omit<BaselineResult, 'ratio'>[] = []): CaseResult {
	const { group, name, size, requests = null, wallMs, boundMs = null, peakRssBytes = null, queries = null } = measured;
	return {
		group,
		name,
		size,
		requests,
		wallMs,
		boundMs,
		ratioToBound: boundMs === null || boundMs === 0 ? null : wallMs / boundMs,
		baselines: baselines.map((baseline) => ({ ...baseline, ratio: baseline.wallMs / wallMs })),
		peakRssBytes,
		queries,
		figures: measured.figures ?? {},
		goals: measured.goals ?? []
	};
}
