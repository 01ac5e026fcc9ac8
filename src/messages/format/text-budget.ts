/**
 * How much room each text gets. Discord allows 6 000 characters over all embeds of a message, so what fits one by one may be too
 * long together: then everything is drawn again with less room.
 */
export interface TextBudget {
	/** What is wrong, why a run failed or is held, why a fix failed. */
	readonly sentence: number;
	/** What a source says. */
	readonly status: number;
	/** The notices of a run, together. */
	readonly notices: number;
	/** Why a run failed: the summary is then alone in its message. */
	readonly failure: number;
}

/** From roomy to tight. The tightest fits a page of the longest texts: a summary of 1 200 characters and five issues of 930. */
export const TEXT_BUDGETS: readonly [TextBudget, ...TextBudget[]] = [
	{ sentence: 600, status: 400, notices: 1000, failure: 3000 },
	{ sentence: 250, status: 150, notices: 600, failure: 3000 },
	{ sentence: 110, status: 55, notices: 400, failure: 3000 }
];
