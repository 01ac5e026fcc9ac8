/**
 * Maximum lengths of the texts of a report. Texts that fit alone may exceed the limit over all embeds together: then the report is
 * rendered again with a tighter budget.
 */
export interface TextBudget {
	/** An issue's description, a hold's reason, a fix's error. */
	readonly sentence: number;
	/** What a source says about a member. */
	readonly status: number;
	/** The same with its links to Stripe. */
	readonly source: number;
	/** The notices of a run, together. */
	readonly notices: number;
	/** Whether issues say how they came about. */
	readonly origins: boolean;
	/** Why a run failed. Long, because the summary is then the only embed. */
	readonly failure: number;
}

/** Widest first. The tightest fits a page of the longest texts: a summary of 1 200 characters and five issues of 930. */
export const TEXT_BUDGETS: readonly [TextBudget, ...TextBudget[]] = [
	{ sentence: 600, status: 400, source: 1000, notices: 1000, origins: true, failure: 3000 },
	{ sentence: 250, status: 150, source: 250, notices: 600, origins: true, failure: 3000 },
	{ sentence: 110, status: 55, source: 55, notices: 400, origins: false, failure: 3000 }
];
