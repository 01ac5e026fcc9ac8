/** What a case came to. Times are in milliseconds, memory in bytes. */

/** How others do the same, in the same run. */
export interface BaselineResult {
	readonly name: string;
	readonly wallMs: number;
	/** False where it was measured at a smaller size, and computed from there. */
	readonly measured: boolean;
	/** Its time as a multiple of ours. */
	readonly ratio: number;
}

/** Something that the case is to show, and whether it did. */
export interface Goal {
	readonly words: string;
	readonly reached: boolean;
}

export interface CaseResult {
	readonly group: string;
	/** What distinguishes the case within its group, besides its size. */
	readonly name: string;
	readonly size: number;
	readonly requests: number | null;
	readonly wallMs: number;
	/** The least that anybody could take, computed. */
	readonly boundMs: number | null;
	readonly ratioToBound: number | null;
	readonly baselines: readonly BaselineResult[];
	/** Of the process in which the product ran. */
	readonly peakRssBytes: number | null;
	readonly queries: number | null;
	/** What else was counted. */
	readonly figures: Readonly<Record<string, number>>;
	readonly goals: readonly Goal[];
}

type Measured = Pick<CaseResult, 'group' | 'name' | 'size' | 'wallMs'> & Partial<Omit<CaseResult, 'ratioToBound' | 'baselines'>>;

/** @param baselines - without their ratios, which follow */
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
