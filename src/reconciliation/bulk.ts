import { randomUUID } from 'node:crypto';
import { type BulkPlan, type IssueBook, planBulk } from './bulk-plan.js';
import { type FixOrder, type FixResult, fixIssue, isFixed } from './fix.js';
import type { HoldBook } from './holds.js';
import { keepAlive } from './keep-alive.js';
import type { BulkEnd, BulkOrigin, Follower, World } from './ports.js';
import { takes } from './safety.js';
import { settleInterrupted } from './settle.js';
import type { BulkScope, FixOutcome, Hold, OpenIssue, PolicySettings, RunSettings } from './types.js';

/** Applying a plan that was shown. It is stored before the first role is touched, so that it is carried out to its end whatever happens. */

/**
 * How long the right to carry out a bulk fix outlives a process that died with it: longer than the claim on the issue that it was
 * at, so that whoever goes on can settle that one first.
 */
const BULK_SECONDS = 45;

/** After so long the operator has gone on to other things: what is left waits to be asked for again. */
const CONTINUE_WITHIN_MS = 3_600_000;

/** Fixes under way at once: enough to be held up by nothing but Discord's limit, 10 role calls in 5 to 10 s. */
const AT_ONCE = 4;

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
export interface BulkBook {
	/** Stores what was approved, and takes the right to carry it out. @returns its ID */
	beginBulk(bulk: ApprovedBulk, holder: string, seconds: number): Promise<string>;
	/** False if the right has been lost. */
	renewBulk(id: string, holder: string, seconds: number): Promise<boolean>;
	/** Gives up the right: whoever asks next goes on. */
	handBackBulk(id: string, holder: string): Promise<void>;
	endBulk(id: string, at: Date): Promise<void>;
	/** Takes on a bulk fix that nobody is at any more; null if there is none. `done`: how the attempts ended that it has made. */
	takeBulk(
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
	world: World,
	book: IssueBook & HoldBook & BulkBook,
	settings: RunSettings,
	order: BulkOrder
): Promise<BulkResult> {
	const plan = await planBulk(world, book, settings.maxRevokePercent, order.scope);
	if (plan === null || plan.planHash !== order.planHash) return { kind: 'plan-changed', plan };
	const { runId, scope, hold } = plan;
	const { actor, actorName } = order;
	if (hold !== null && order.extent !== 'give') {
		if (order.extent !== hold.losing) return { kind: 'held', plan, hold };
		await book.releaseHold({ runId, scope, actor, at: world.now(), losing: hold.losing, reason: hold.reason });
	}
	const allowed = payersFirst(order.extent === 'give' ? plan.issues.filter((issue) => !takes(issue)) : plan.issues);
	const holder = randomUUID();
	const issues = allowed.map(({ id, planHash }) => ({ id, planHash }));
	const id = await book.beginBulk({ runId, scope, actor, actorName, issues }, holder, BULK_SECONDS);
	const follower = world.notifier.follow({
		id,
		total: issues.length,
		origin: { kind: 'operator', actor, scope, held: hold !== null }
	});
	const by = { actor, actorName, runId, follower, onProgress: order.onProgress };
	const results = await carryOut(world, book, settings.policy, { id, holder, issues: allowed }, by);
	return { kind: 'done', plan, results, left: allowed.length - results.length };
}

/** What became of a bulk fix that had been left in the middle. */
export interface ContinuedBulk {
	readonly bulk: ApprovedBulk;
	/** Issues that had been fixed before. */
	readonly fixedBefore: number;
	readonly results: readonly BulkStep<ApprovedIssue>[];
	/** Issues that were not begun: Reeve is on its way down again, or it was too late to go on. */
	readonly left: number;
	readonly tooLate: boolean;
}

/** Goes on with the bulk fixes that a stopped process left in the middle. */
export async function continueBulks(world: World, book: BulkBook, policy: PolicySettings): Promise<readonly ContinuedBulk[]> {
	const continued: ContinuedBulk[] = [];
	while (world.goOn()) {
		// What it was at when it was cut off counts with what it has done.
		await settleInterrupted(world);
		const holder = randomUUID();
		const taken = await book.takeBulk(holder, BULK_SECONDS);
		if (taken === null) break;
		const { id, bulk, startedAt, done } = taken;
		const todo = bulk.issues.filter((issue) => !done.has(issue.id));
		const fixedBefore = [...done.values()].filter((outcome) => outcome === 'FIXED').length;
		const tooLate = world.now().getTime() - startedAt.getTime() > CONTINUE_WITHIN_MS;
		const origin: BulkOrigin = { kind: 'continued', actor: bulk.actor, scope: bulk.scope, doneBefore: done.size, fixedBefore };
		const follow = () => world.notifier.follow({ id, total: bulk.issues.length, origin });
		let results: readonly BulkStep<ApprovedIssue>[] = [];
		if (tooLate) {
			await book.endBulk(id, world.now());
			follow().end({ fixed: 0, losing: 0, left: todo.length, tooLate });
		} else {
			const by = { ...bulk, follower: follow(), onProgress: () => {} };
			results = await carryOut(world, book, policy, { id, holder, issues: todo }, by);
		}
		continued.push({ bulk, fixedBefore, results, left: todo.length - results.length, tooLate });
	}
	return continued;
}

async function carryOut<Issue extends ApprovedIssue>(
	world: World,
	book: BulkBook,
	policy: PolicySettings,
	{ id, holder, issues }: { readonly id: string; readonly holder: string; readonly issues: readonly Issue[] },
	{
		runId,
		actor,
		actorName,
		follower,
		onProgress
	}: Pick<ApprovedBulk, 'runId' | 'actor' | 'actorName'> & Pick<BulkOrder, 'onProgress'> & { readonly follower: Follower }
): Promise<readonly BulkStep<Issue>[]> {
	const right = keepAlive(() => book.renewBulk(id, holder, BULK_SECONDS), BULK_SECONDS);
	try {
		const goOn = () => world.goOn() && right.held();
		const steps = await fixEach(world, policy, issues, { runId, actor, actorName, follower, onProgress, goOn });
		if (steps.length === issues.length) await book.endBulk(id, world.now());
		else await book.handBackBulk(id, holder);
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
	world: World,
	policy: PolicySettings,
	issues: readonly Issue[],
	by: Pick<FixOrder, 'actor' | 'actorName' | 'runId'> & {
		readonly follower: Follower;
		readonly onProgress: (done: number, total: number, step: BulkStep<Issue>) => void;
		readonly goOn: () => boolean | Promise<boolean>;
	}
): Promise<readonly BulkStep<Issue>[]> {
	const { follower, onProgress, goOn, ...who } = by;
	const steps: (BulkStep<Issue> | undefined)[] = [];
	let begun = 0;
	let done = 0;
	let over = false;
	const worker = async (): Promise<void> => {
		try {
			while (!over && (await goOn())) {
				const place = begun;
				const issue = issues[place];
				if (over || issue === undefined) return;
				begun += 1;
				const result = await fixIssue(world, policy, { issueId: issue.id, planHash: issue.planHash, ...who });
				const step = { issue, result };
				steps[place] = step;
				done += 1;
				follower.progress(done);
				onProgress(done, issues.length, step);
			}
		} finally {
			// Whether somebody said to stop, or something went wrong: what is under way ends, and nothing more begins.
			over = true;
		}
	};
	const workers = Array.from({ length: AT_ONCE }, worker);
	const ends = await Promise.allSettled(workers);
	const made = steps.filter((step) => step !== undefined);
	follower.end(ends.some(({ status }) => status === 'rejected') ? null : endOf(made, issues.length));
	await Promise.all(workers);
	return made;
}

function endOf(steps: readonly BulkStep<ApprovedIssue>[], total: number): BulkEnd {
	const fixed = steps.map(({ result }) => result).filter(isFixed);
	return { fixed: fixed.length, losing: fixed.filter(({ issue }) => takes(issue)).length, left: total - steps.length, tooLate: false };
}

/** Those who pay come first: what gives a role before what only takes. */
export function payersFirst<Issue extends Pick<OpenIssue, 'plan'>>(issues: readonly Issue[]): readonly Issue[] {
	const gives = ({ plan }: Issue) => plan.add.length > 0;
	return [...issues.filter(gives), ...issues.filter((issue) => !gives(issue))];
}
