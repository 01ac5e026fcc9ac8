import { createHash } from 'node:crypto';
import { type FixResult, fixIssue } from './fix.js';
import type { LastGoodRun, World } from './ports.js';
import { checkSafety, takes } from './safety.js';
import type { Detection, DriftType, Hold, OpenIssue, PolicySettings, RunSettings } from './types.js';

/** Fixing many issues at once: a plan that can be shown, checked, compared and applied. */

/** All open issues, or those of one kind. */
export type BulkScope = 'all' | DriftType;

/** What a bulk fix stands on. */
export interface IssueBook {
	/** Open issues that nobody is fixing now, the gravest first. */
	openIssues(scope: BulkScope): Promise<readonly ListedIssue[]>;
	/** What the newest whole run over everybody saw; null before the first. */
	newestReading(): Promise<Reading | null>;
	/** Writes down that an operator takes the responsibility for what was held. */
	releaseHold(runId: string, release: { actor: string; at: Date; losing: number; reason: string }): Promise<void>;
}

/** An open issue, and the newest run that saw it. */
export interface ListedIssue extends OpenIssue {
	readonly lastRunId: string;
}

export interface Reading extends Pick<Detection, 'roleHolders' | 'payingCustomers'> {
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
export async function planBulk(world: World, book: IssueBook, maxRevokePercent: number, scope: BulkScope): Promise<BulkPlan | null> {
	const reading = await book.newestReading();
	const issues = await book.openIssues(scope);
	if (reading === null || issues.length === 0) return null;
	const lastGood: LastGoodRun | null = await world.ledger.lastGoodRun();
	return {
		scope,
		issues,
		runId: reading.runId,
		planHash: bulkHash(issues),
		hold: checkSafety(issues, reading, lastGood, maxRevokePercent)
	};
}

function bulkHash(issues: readonly OpenIssue[]): string {
	const plans = issues.map(({ id, planHash }) => `${id} ${planHash}`).sort();
	return createHash('sha256').update(plans.join('\n')).digest('hex').slice(0, 8);
}

/** What an operator says to a plan that was shown. */
export interface BulkOrder {
	readonly scope: BulkScope;
	/** Of the plan that was shown: if it is another by now, nothing is done. */
	readonly planHash: string;
	readonly actor: string;
	readonly actorName: string;
	/**
	 * `give`: only what takes nothing from anybody. `all`: everything, if nothing is held. A number: the people who lose a role,
	 * typed to release a hold.
	 */
	readonly extent: 'give' | 'all' | number;
	readonly onProgress: (done: number, total: number) => void;
	/** Asked before each issue: false, when Reeve is on its way down, leaves the rest as it is. */
	readonly goOn: () => boolean;
}

export type BulkResult =
	/** `left`: issues that were not begun, because Reeve is on its way down. */
	| { readonly kind: 'done'; readonly plan: BulkPlan; readonly results: readonly BulkStep[]; readonly left: number }
	/** Another plan is right by now: it is to be shown, and asked about again. Null where nothing is open any more. */
	| { readonly kind: 'plan-changed'; readonly plan: BulkPlan | null }
	/** The safety check refuses; or the number that was typed is another. */
	| { readonly kind: 'held'; readonly plan: BulkPlan; readonly hold: Hold };

/** One issue of a bulk fix, and what came of it. */
export interface BulkStep {
	readonly issue: OpenIssue;
	readonly result: FixResult;
}

/**
 * Applies a plan that was shown, one issue after the other, each as {@link fixIssue} does it. The safety check is made anew.
 */
export async function fixBulk(world: World, book: IssueBook, settings: RunSettings, order: BulkOrder): Promise<BulkResult> {
	const plan = await planBulk(world, book, settings.maxRevokePercent, order.scope);
	if (plan === null || plan.planHash !== order.planHash) return { kind: 'plan-changed', plan };
	const { hold } = plan;
	if (hold !== null && order.extent !== 'give') {
		if (order.extent !== hold.losing) return { kind: 'held', plan, hold };
		await book.releaseHold(plan.runId, { actor: order.actor, at: world.now(), losing: hold.losing, reason: hold.reason });
	}
	const allowed = order.extent === 'give' ? plan.issues.filter((issue) => !takes(issue)) : plan.issues;
	const { actor, actorName, onProgress, goOn } = order;
	const results = await fixEach(world, settings.policy, allowed, { actor, actorName, runId: plan.runId, onProgress, goOn });
	return { kind: 'done', plan, results, left: allowed.length - results.length };
}

/** Mends issues one after the other. @param by.goOn - asked before each; false ends it there, and it may throw */
export async function fixEach(
	world: World,
	policy: PolicySettings,
	issues: readonly OpenIssue[],
	by: {
		readonly actor: string;
		readonly actorName?: string;
		readonly runId: string;
		readonly onProgress: (done: number, total: number, step: BulkStep) => void;
		readonly goOn: () => boolean;
	}
): Promise<readonly BulkStep[]> {
	const { onProgress, goOn, ...who } = by;
	const steps: BulkStep[] = [];
	for (const issue of issues) {
		if (!goOn()) break;
		const step = { issue, result: await fixIssue(world, policy, { issueId: issue.id, planHash: issue.planHash, ...who }) };
		steps.push(step);
		onProgress(steps.length, issues.length, step);
	}
	return steps;
}
