import { randomUUID } from 'node:crypto';
import { forEachConcurrent } from '../../async/concurrency.js';
import { startHeartbeat } from '../../async/heartbeat.js';
import { countEffects, EFFECTS, type Effect } from '../domain/effect.js';
import type { BulkPart, BulkScope, Hold } from '../domain/hold.js';
import type { FixOutcome, OpenIssue } from '../domain/issue.js';
import type { BulkEnd, BulkOrigin, BulkProgress, Ports } from '../domain/ports.js';
import type { PolicySettings } from '../domain/rules.js';
import type { RunSettings } from '../domain/run.js';
import { type BulkPlan, holdOn, type IssueStore, planBulk } from './bulk-plan.js';
import { type FixOrder, type FixResult, fixIssue, isFixed } from './fix.js';
import type { HoldStore } from './holds.js';
import { recoverInterruptedAttempts } from './recover.js';
import { lookUpOnce } from './unaccepted-rules.js';

/** Applies a plan that an operator approved. It is stored before the first role is changed, so that another process can resume it. */

/**
 * Lease of a bulk fix. Longer than the claim on an issue, so that a process that resumes it can first recover the attempts that were
 * interrupted.
 */
const BULK_LEASE_SECONDS = 45;

/** A bulk fix that started longer ago is not resumed: the operator no longer expects it, and can start a new one. */
const RESUME_WITHIN_MS = 3_600_000;

/** First wait for issues that another fix holds; doubled each time up to the maximum, so that many waiting bulk fixes do not slow that fix down. */
const BUSY_RETRY_MS = 1_000;
const MAX_BUSY_RETRY_MS = 8_000;

/** Concurrent fixes. Four saturate Discord's role endpoint (10 calls per 5–10 s). */
const CONCURRENCY = 4;

export interface BulkOrder {
	readonly scope: BulkScope;
	readonly part: BulkPart;
	/** Of the part that the operator saw: nothing is applied if it has changed. */
	readonly planHash: string;
	readonly actor: string;
	readonly actorName: string;
	/** The number of members of this part, which an operator types to release a hold. */
	readonly confirmed: number | null;
	readonly onProgress: (done: number, total: number) => void;
}

export type BulkResult =
	/** `left`: issues that were not started because of a shutdown. */
	| {
			readonly kind: 'done';
			readonly plan: BulkPlan;
			readonly part: BulkPart;
			readonly results: readonly BulkStep[];
			readonly left: number;
	  }
	/** The plan has changed and has to be approved again. Null if no issue is open any more. */
	| { readonly kind: 'plan-changed'; readonly plan: BulkPlan | null }
	/** The safety check refused the part, and the confirmed number is missing or wrong. */
	| { readonly kind: 'held'; readonly plan: BulkPlan; readonly hold: Hold };

/** An issue and the plan that was approved for it; its effect is not stored. */
export type ApprovedIssue = Pick<OpenIssue, 'id' | 'planHash'> & Partial<Pick<OpenIssue, 'effect'>>;

/** One issue of a bulk fix and its result. */
export interface BulkStep<Issue extends ApprovedIssue = OpenIssue> {
	readonly issue: Issue;
	readonly result: FixResult;
	/** Whether the member has got the roles they should have: by this attempt, or by one of a stopped process that was recovered meanwhile. */
	readonly fixed: boolean;
}

export interface ApprovedBulk {
	readonly runId: string;
	readonly scope: BulkScope;
	readonly actor: string;
	readonly actorName: string;
	/** In the order of their fixes. */
	readonly issues: readonly ApprovedIssue[];
}

export interface BulkStore {
	/** Stores what was approved and takes its lease. @returns its ID */
	startBulk(bulk: ApprovedBulk, holder: string, seconds: number): Promise<string>;
	/** False if the lease has been lost. */
	renewBulk(id: string, holder: string, seconds: number): Promise<boolean>;
	/** Releases the lease: the next call of {@link acquireBulk} resumes the bulk fix. */
	releaseBulk(id: string, holder: string): Promise<void>;
	endBulk(id: string, at: Date): Promise<void>;
	/** Acquires an unfinished bulk fix whose lease is free; null if there is none. `done`: the outcome of each issue attempted so far. */
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
 * Applies a part of a plan that an operator approved, each issue as {@link fixIssue} does. Runs the safety check again; a part that it
 * refuses becomes a hold.
 */
export async function fixBulk(
	ports: Ports,
	store: IssueStore & HoldStore & BulkStore,
	settings: RunSettings,
	order: BulkOrder
): Promise<BulkResult> {
	const { scope, part, actor, actorName } = order;
	const plan = await planBulk(ports, store, settings.maxRevokePercent, scope);
	if (plan === null || !offers(plan, order)) return { kind: 'plan-changed', plan };
	const hold = holdOn(plan, part);
	if (hold !== null) {
		await recordHold(ports, store, plan, order);
		if (order.confirmed !== hold.losing) return { kind: 'held', plan, hold };
		const releasesRun = await approvesRun(ports, store, settings, plan, part);
		const { losing, reason } = hold;
		await store.releaseHold({ scope, part, releasesRun, actor, at: ports.now(), losing, reason });
		ports.notifier.deliver();
	}
	const allowed = grantsFirst(plan.parts[part].issues);
	const holder = randomUUID();
	const issues = allowed.map(({ id, planHash }) => ({ id, planHash }));
	const id = await store.startBulk({ runId: plan.runId, scope, actor, actorName, issues }, holder, BULK_LEASE_SECONDS);
	const progress = ports.notifier.trackBulk({
		id,
		total: issues.length,
		effects: countEffects(allowed),
		origin: { kind: 'operator', actor, scope, held: hold !== null }
	});
	const context = { actor, actorName, runId: plan.runId, progress, onProgress: order.onProgress };
	const results = await execute(ports, store, settings, { id, holder, issues: allowed }, context);
	return { kind: 'done', plan, part, results, left: allowed.length - results.length };
}

/**
 * Whether approving a part of a plan also approves what runs held: the removals from all linked members; or, where there are none, what
 * lowers their access; or, where that is not held either, the removals from those without a link.
 */
async function approvesRun(
	ports: Pick<Ports, 'ledger'>,
	store: IssueStore,
	{ maxRevokePercent }: Pick<RunSettings, 'maxRevokePercent'>,
	{ scope, parts }: BulkPlan,
	part: BulkPart
): Promise<boolean> {
	if (scope === 'all') return part === 'removes' || parts.removes.issues.length === 0;
	if (scope !== 'UNLINKED') return false;
	const linked = await planBulk(ports, store, maxRevokePercent, 'all');
	return linked === null || linked.hold === null;
}

/**
 * An operator asks for a part of a plan that the safety check may refuse: if it does, this stores the hold that a typed number then
 * releases. A plan that has changed is left to {@link fixBulk}.
 */
export async function requestBulk(
	ports: Pick<Ports, 'ledger' | 'now' | 'notifier'>,
	store: IssueStore & HoldStore,
	settings: Pick<RunSettings, 'maxRevokePercent'>,
	order: Pick<BulkOrder, 'scope' | 'part' | 'planHash' | 'actor'>
): Promise<void> {
	const plan = await planBulk(ports, store, settings.maxRevokePercent, order.scope);
	if (plan !== null && offers(plan, order)) await recordHold(ports, store, plan, order);
}

/** Whether the part is still the one that the operator saw. */
function offers({ parts }: BulkPlan, { part, planHash }: Pick<BulkOrder, 'part' | 'planHash'>): boolean {
	return parts[part].issues.length > 0 && parts[part].planHash === planHash;
}

/** Stores the hold on a part of a plan, once, and queues its notification. */
async function recordHold(
	{ now, notifier }: Pick<Ports, 'now' | 'notifier'>,
	store: HoldStore,
	plan: BulkPlan,
	{ scope, part, planHash, actor }: Pick<BulkOrder, 'scope' | 'part' | 'planHash' | 'actor'>
): Promise<void> {
	const hold = holdOn(plan, part);
	if (hold === null) return;
	await store.recordHold({ ...hold, runId: plan.runId, scope, planHash, actor, at: now(), channels: notifier.holdChannels });
	notifier.deliver();
}

/** A bulk fix that was left unfinished, and what this process did of it. */
export interface ResumedBulk {
	readonly bulk: ApprovedBulk;
	/** Issues that earlier processes fixed. */
	readonly fixedBefore: number;
	readonly results: readonly BulkStep<ApprovedIssue>[];
	/** Issues that were not started, because of another shutdown or because it was too late to resume. */
	readonly left: number;
	readonly tooLate: boolean;
}

/** Resumes the bulk fixes that stopped processes left unfinished. */
export async function resumeBulks(ports: Ports, store: BulkStore, settings: RunSettings): Promise<readonly ResumedBulk[]> {
	const resumed: ResumedBulk[] = [];
	while (ports.shouldContinue()) {
		// Recovered attempts count as done.
		await recoverInterruptedAttempts(ports);
		const holder = randomUUID();
		const acquired = await store.acquireBulk(holder, BULK_LEASE_SECONDS);
		if (acquired === null) break;
		const { id, bulk, startedAt, done } = acquired;
		const todo = bulk.issues.filter((issue) => !done.has(issue.id));
		const fixedBefore = [...done.values()].filter((outcome) => outcome === 'FIXED').length;
		const tooLate = ports.now().getTime() - startedAt.getTime() > RESUME_WITHIN_MS;
		const origin: BulkOrigin = { kind: 'continued', actor: bulk.actor, scope: bulk.scope, doneBefore: done.size, fixedBefore };
		const startProgress = () => ports.notifier.trackBulk({ id, total: bulk.issues.length, effects: null, origin });
		let results: readonly BulkStep<ApprovedIssue>[] = [];
		if (tooLate) {
			await store.endBulk(id, ports.now());
			startProgress().end({ fixed: 0, effects: countEffects([]), left: todo.length, tooLate });
		} else {
			const context = { ...bulk, progress: startProgress(), onProgress: () => {} };
			results = await execute(ports, store, settings, { id, holder, issues: todo }, context);
		}
		resumed.push({ bulk, fixedBefore, results, left: todo.length - results.length, tooLate });
	}
	return resumed;
}

async function execute<Issue extends ApprovedIssue>(
	ports: Ports,
	store: BulkStore,
	settings: RunSettings,
	{ id, holder, issues }: { readonly id: string; readonly holder: string; readonly issues: readonly Issue[] },
	{
		runId,
		actor,
		actorName,
		progress,
		onProgress
	}: Pick<ApprovedBulk, 'runId' | 'actor' | 'actorName'> & Pick<BulkOrder, 'onProgress'> & { readonly progress: BulkProgress }
): Promise<readonly BulkStep<Issue>[]> {
	const heartbeat = startHeartbeat(() => store.renewBulk(id, holder, BULK_LEASE_SECONDS), BULK_LEASE_SECONDS);
	try {
		const shouldContinue = () => ports.shouldContinue() && heartbeat.isHeld();
		const unaccepted = lookUpOnce(ports, settings);
		const steps = await fixEach(ports, settings.policy, issues, {
			runId,
			actor,
			actorName,
			unaccepted,
			progress,
			onProgress,
			shouldContinue
		});
		if (steps.length === issues.length) await store.endBulk(id, ports.now());
		else await store.releaseBulk(id, holder);
		return steps;
	} finally {
		heartbeat.stop();
	}
}

/**
 * Fixes issues concurrently, started in order: one at a time would wait for Stripe, Discord and the database in turn. Issues that another
 * fix holds come last, as soon as they are free: that fix may belong to a process that was stopped.
 * @param context.shouldContinue - called before each issue; false starts no more; may throw
 * @returns the issues that were started, in order
 */
export async function fixEach<Issue extends ApprovedIssue>(
	ports: Ports,
	policy: PolicySettings,
	issues: readonly Issue[],
	context: Pick<FixOrder, 'actor' | 'actorName' | 'runId' | 'unaccepted'> & {
		readonly progress: BulkProgress;
		readonly onProgress: (done: number, total: number, step: BulkStep<Issue>) => void;
		readonly shouldContinue: () => boolean | Promise<boolean>;
	}
): Promise<readonly BulkStep<Issue>[]> {
	const { progress, onProgress, shouldContinue, ...order } = context;
	const steps: (BulkStep<Issue> | undefined)[] = [];
	const started = () => steps.filter((step) => step !== undefined);
	let done = 0;
	let busy: (readonly [number, Issue])[] = [];
	const fix = async ([index, issue]: readonly [number, Issue]) => {
		const result = await fixIssue(ports, policy, { issueId: issue.id, planHash: issue.planHash, ...order });
		if (result.kind === 'busy') {
			busy.push([index, issue]);
			return;
		}
		const step = { issue, result, fixed: isFixed(result) || isFixedBefore(result, order.actor) };
		steps[index] = step;
		done += 1;
		progress.progress(done);
		onProgress(done, issues.length, step);
	};
	try {
		let todo: readonly (readonly [number, Issue])[] = [...issues.entries()];
		for (let wait = BUSY_RETRY_MS; ; wait = Math.min(2 * wait, MAX_BUSY_RETRY_MS)) {
			await forEachConcurrent(todo, fix, { concurrency: CONCURRENCY, shouldContinue });
			if (busy.length === 0 || !(await shouldContinue())) break;
			await ports.sleep(wait);
			[todo, busy] = [busy, []];
		}
	} catch (error) {
		progress.end(null);
		throw error;
	}
	progress.end(summarize(started(), issues.length));
	return started();
}

/** Whether an issue that was to be fixed was settled by an earlier attempt of the same actor, which had no end when the work began. */
function isFixedBefore(result: FixResult, actor: string): boolean {
	return result.kind === 'settled' && result.status === 'FIXED' && result.actor === actor;
}

function summarize(steps: readonly BulkStep<ApprovedIssue>[], total: number): BulkEnd {
	const fixed = steps.filter((step) => step.fixed);
	const effects = fixed.flatMap(({ issue, result }) => (result.kind === 'ended' ? result.issue.effect : issue.effect) ?? []);
	return { fixed: fixed.length, effects: countEffects(effects.map((effect) => ({ effect }))), left: total - steps.length, tooLate: false };
}

/** Plans that give access come before those that take it, so that paying members wait least. */
export function grantsFirst<Issue extends { readonly effect: Effect }>(issues: readonly Issue[]): readonly Issue[] {
	return [...issues].sort((a, b) => EFFECTS.indexOf(b.effect) - EFFECTS.indexOf(a.effect));
}
