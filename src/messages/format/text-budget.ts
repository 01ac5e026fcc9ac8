/** Maximum lengths of the texts of a report. Texts that fit alone may exceed the limit together: then it is rendered again, tighter. */
export interface TextBudget {
	/** An issue's description, a hold's reason, a fix's error. */
	readonly sentence: number;
	/** Roles that were changed. */
	readonly roles: number;
	/** The notices of a run, together. */
	readonly notices: number;
	/** Whether issues say how they came about, and link to Stripe. */
	readonly details: boolean;
	/** Why a run failed. Long, because nothing else is shown then. */
	readonly failure: number;
}

/** Widest first. The tightest fits a page of the longest texts. */
export const TEXT_BUDGETS: readonly [TextBudget, ...TextBudget[]] = [
	{ sentence: 400, roles: 200, notices: 1000, details: true, failure: 3000 },
	{ sentence: 200, roles: 100, notices: 600, details: true, failure: 3000 },
	{ sentence: 110, roles: 40, notices: 300, details: false, failure: 3000 }
];
