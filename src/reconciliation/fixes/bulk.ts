import { randomUUID } from 'node:crypto';
import { forEachConcurrent } from '../../async/concurrency.js';
import { startHeartbeat } from '../../async/heartbeat.js';
import type { BulkScope, Hold } from '../domain/hold.js';
import type { FixOutcome, OpenIssue } from '../domain/issue.js';
import type { BulkEnd, BulkOrigin, BulkProgress, Ports } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import type { RunSettings } from '../domain/run.js';
import { type BulkPlan, type IssueStore, planBulk } from './bulk-plan.js';
import { type FixOrder, type FixResult, fixIssue, isFixed } from './fix.js';
import type { HoldStore } from './holds.js';
import { recoverInterruptedAttempts } from './recover.js';
import { revokes } from './safety.js';

/** Applying a plan that was shown. It is stored before the first role is touched, so that it is carried out to its end whatever happens. */

/**
 * How long the right to carry out a bulk fix outlives a process that died with it: longer than the claim on the issue that it was
 * at, so that whoever goes on can settle that one first.
 */
const BULK_LEASE_SECONDS = 45;

/** After so long the operator has gone on to other things: what is left waits to be asked for again. */
const RESUME_WITHIN_MS = 3_600_000;

/** Fixes under way at once: enough to be held up by nothing but Discord's limit, 10 role calls in 5 to 10 s. */
const CONCURRENCY = 4;

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
	readonly mode: 'grants-only' | 'all' | { readonly confirmedRevocations: number };
	readonly onProgress: (done: number, total: number) => void;
}

export type BulkResult =
	/** `left`: issues that were not begun, because Reeve is on its way down. */
	| { readonly kind: 'done'; readonly plan: BulkPlan; readonly results: readonly BulkStep[]; readonly left: number }
	/** Another plan is right by now: it is to be shown, and asked about again. Null where nothing is open any more. */
	| { readonly kind: 'plan-changed'; readonly plan: BulkPlan | null }
	/** The safety check refuses; or the number that was typed is another. */
	| { readonly kind: 'held'; readonly plan: BulkPlan; readonly hold: Hold };

/** An issue and the plan that was approved for it. */
export type ApprovedIssue = Pick<OpenIssue, 'id' | 'planHash'>;

/** One issue of a bulk fix, and what came of it. */
export interface BulkStep<Issue extends ApprovedIssue = OpenIssue> {
	readonly issue: Issue;
	readonly result: FixResult;
}

/** A bulk fix as it was approved. */
export interface ApprovedBulk {
	readonly runId: string;
	readonly scope: BulkScope;
	readonly actor: string;
	readonly actorName: string;
	/** In the order in which they are mended. */
	readonly issues: readonly ApprovedIssue[];
}

/** What carrying out a bulk fix asks of the database. */
export interface BulkStore {
	/** Stores what was approved, and takes the right to carry it out. @returns its ID */
	startBulk(bulk: ApprovedBulk, holder: string, seconds: number): Promise<string>;
	/** False if the right has been lost. */
	renewBulk(id: string, holder: string, seconds: number): Promise<boolean>;
	/** Gives up the right: whoever asks next goes on. */
	releaseBulk(id: string, holder: string): Promise<void>;
	endBulk(id: string, at: Date): Promise<void>;
	/** Takes on a bulk fix that nobody is at any more; null if there is none. `done`: how the attempts ended that it has made. */
	acquireBulk(
		holder: string,
		seconds: number
	): Promise<{
		readonly id: string;
		readonly bulk: ApprovedBulk;
		readonly startedAt: Date;
		readonly done: ReadonlyMap<string, FixOutcome>;
	} | null>;
}

/**
 * Applies a plan that was shown, each issue as {@link fixIssue} does it. The safety check is made anew.
 */
export async function fixBulk(
	ports: Ports,
	book: IssueStore & HoldStore & BulkStore,
	settings: RunSettings,
	order: BulkOrder
): Promise<BulkResult> {
	const plan = await planBulk(ports, book, settings.maxRevokePercent, order.scope);
	if (plan === null || plan.planHash !== order.planHash) return { kind: 'plan-changed', plan };
	const { runId, scope, hold } = plan;
	const { actor, actorName } = order;
	if (hold !== null && order.mode !== 'grants-only') {
		if (typeof order.mode === 'string' || order.mode.confirmedRevocations !== hold.losing) return { kind: 'held', plan, hold };
		await book.releaseHold({ runId, scope, actor, at: ports.now(), losing: hold.losing, reason: hold.reason });
	}
	const allowed = grantsFirst(order.mode === 'grants-only' ? plan.issues.filter((issue) => !revokes(issue)) : plan.issues);
	const holder = randomUUID();
	const issues = allowed.map(({ id, planHash }) => ({ id, planHash }));
	const id = await book.startBulk({ runId, scope, actor, actorName, issues }, holder, BULK_LEASE_SECONDS);
	const follower = ports.notifier.trackBulk({
		id,
		total: issues.length,
		origin: { kind: 'operator', actor, scope, held: hold !== null }
	});
	const by = { actor, actorName, runId, follower, onProgress: order.onProgress };
	const results = await execute(ports, book, settings.policy, { id, holder, issues: allowed }, by);
	return { kind: 'done', plan, results, left: allowed.length - results.length };
}

/** What became of a bulk fix that had been left in the middle. */
export interface ResumedBulk {
	readonly bulk: ApprovedBulk;
	/** Issues that had been fixed before. */
	readonly fixedBefore: number;
	readonly results: readonly BulkStep<ApprovedIssue>[];
	/** Issues that were not begun: Reeve is on its way down again, or it was too late to go on. */
	readonly left: number;
	readonly tooLate: boolean;
}

/** Goes on with the bulk fixes that a stopped process left in the middle. */
export async function resumeBulks(ports: Ports, book: BulkStore, policy: PolicySettings): Promise<readonly ResumedBulk[]> {
	const continued: ResumedBulk[] = [];
	while (ports.shouldContinue()) {
		// What it was at when it was cut off counts with what it has done.
		await recoverInterruptedAttempts(ports);
		const holder = randomUUID();
		const taken = await book.acquireBulk(holder, BULK_LEASE_SECONDS);
		if (taken === null) break;
		const { id, bulk, startedAt, done } = taken;
		const todo = bulk.issues.filter((issue) => !done.has(issue.id));
		const fixedBefore = [...done.values()].filter((outcome) => outcome === 'FIXED').length;
		const tooLate = ports.now().getTime() - startedAt.getTime() > RESUME_WITHIN_MS;
		const origin: BulkOrigin = { kind: 'continued', actor: bulk.actor, scope: bulk.scope, doneBefore: done.size, fixedBefore };
		const follow = () => ports.notifier.trackBulk({ id, total: bulk.issues.length, origin });
		let results: readonly BulkStep<ApprovedIssue>[] = [];
		if (tooLate) {
			await book.endBulk(id, ports.now());
			follow().end({ fixed: 0, losing: 0, left: todo.length, tooLate });
		} else {
			const by = { ...bulk, follower: follow(), onProgress: () => {} };
			results = await execute(ports, book, policy, { id, holder, issues: todo }, by);
		}
		continued.push({ bulk, fixedBefore, results, left: todo.length - results.length, tooLate });
	}
	return continued;
}

async function execute<Issue extends ApprovedIssue>(
	ports: Ports,
	book: BulkStore,
	policy: PolicySettings,
	{ id, holder, issues }: { readonly id: string; readonly holder: string; readonly issues: readonly Issue[] },
	{
		runId,
		actor,
		actorName,
		follower,
		onProgress
	}: Pick<ApprovedBulk, 'runId' | 'actor' | 'actorName'> & Pick<BulkOrder, 'onProgress'> & { readonly follower: BulkProgress }
): Promise<readonly BulkStep<Issue>[]> {
	const right = startHeartbeat(() => book.renewBulk(id, holder, BULK_LEASE_SECONDS), BULK_LEASE_SECONDS);
	try {
		const shouldContinue = () => ports.shouldContinue() && right.isHeld();
		const steps = await fixEach(ports, policy, issues, { runId, actor, actorName, follower, onProgress, shouldContinue });
		if (steps.length === issues.length) await book.endBulk(id, ports.now());
		else await book.releaseBulk(id, holder);
		return steps;
	} finally {
		right.stop();
	}
}

/**
 * Mends issues, some at a time, begun in their order. One alone would wait for Stripe, Discord and the database in turn; together they
 * are as fast as Discord lets roles be changed.
 * @param by.goOn - asked before each; false begins no more, and it may throw
 * @returns those that were begun, in their order
 */
export async function fixEach<Issue extends ApprovedIssue>(
	ports: Ports,
	policy: PolicySettings,
	issues: readonly Issue[],
	by: Pick<FixOrder, 'actor' | 'actorName' | 'runId'> & {
		readonly follower: BulkProgress;
		readonly onProgress: (done: number, total: number, step: BulkStep<Issue>) => void;
		readonly shouldContinue: () => boolean | Promise<boolean>;
	}
): Promise<readonly BulkStep<Issue>[]> {
	const { follower, onProgress, shouldContinue, ...who } = by;
	const steps: (BulkStep<Issue> | undefined)[] = [];
	const made = () => steps.filter((step) => step !== undefined);
	let done = 0;
	const fix = async (issue: Issue, index: number) => {
		const result = await fixIssue(ports, policy, { issueId: issue.id, planHash: issue.planHash, ...who });
		const step = { issue, result };
		steps[index] = step;
		done += 1;
		follower.progress(done);
		onProgress(done, issues.length, step);
	};
	try {
		await forEachConcurrent(issues, fix, { concurrency: CONCURRENCY, shouldContinue });
	} catch (error) {
		follower.end(null);
		throw error;
	}
	follower.end(summarize(made(), issues.length));
	return made();
}

function summarize(steps: readonly BulkStep<ApprovedIssue>[], total: number): BulkEnd {
	const fixed = steps.map(({ result }) => result).filter(isFixed);
	return { fixed: fixed.length, losing: fixed.filter(({ issue }) => revokes(issue)).length, left: total - steps.length, tooLate: false };
}

/** Those who pay come first: what gives a role before what only takes. */
export function grantsFirst<Issue extends Pick<OpenIssue, 'plan'>>(issues: readonly Issue[]): readonly Issue[] {
	const gives = ({ plan }: Issue) => plan.add.length > 0;
	return [...issues.filter(gives), ...issues.filter((issue) => !gives(issue))];
}
