import { BULK_PARTS, type BulkPart, type BulkScope } from '../../src/reconciliation/domain/hold.js';
import { DEBTOR } from '../../src/reconciliation/domain/rules.js';
import type { BulkResult } from '../../src/reconciliation/fixes/bulk.js';
import type { FixResult } from '../../src/reconciliation/fixes/fix.js';
import type { UndoResult } from '../../src/reconciliation/fixes/undo.js';
import type { ReconciliationResult } from '../../src/reconciliation/index.js';
import type { Reeve } from '../../src/reeve.js';
import type { FaultHarness } from './harness.js';
import type { InjectedFault } from './injected-faults.js';
import { DRIFTERS, driftedRoles, PEOPLE, type Person, type Roles, rightRoles } from './world.js';

export const OPERATOR = { actor: '1100000000000000402', actorName: 'operator' };

/** One operation of Reeve and the state it starts from. */
export interface Phase {
	readonly name: string;
	/** Sets up the starting state, without a fault. */
	prepare(harness: FaultHarness): Promise<void>;
	act(reeve: Reeve): Promise<unknown>;
	/** The managed roles it may set, by member. It must not change any other member. */
	readonly goal: Roles;
	/** @returns what is wrong with the result */
	judge(answer: unknown, injection: InjectedFault): readonly string[];
	/** What an operator repeats once the fault is gone. */
	retry?(reeve: Reeve): Promise<unknown>;
	/** The managed roles of every member in the end. */
	readonly end: Roles;
}

/** Faults that Reeve cannot detect: a truncated list that claims to be complete. */
const UNDETECTABLE: ReadonlySet<string> = new Set(['truncate', 'empty']);

const rolesOf = (people: readonly Person[]): Roles => new Map(people.map(({ id, right }) => [id, right]));

/** Sets the right roles and runs once: the baseline of the plausibility checks. */
async function assertHealthy(harness: FaultHarness): Promise<void> {
	harness.setRoles(rightRoles);
	const result = await harness.reeve.runs.start({});
	if (result?.status !== 'COMPLETED' || result.issuesFound > 0)
		throw new Error(`The baseline run found issues or failed: ${result?.failure}`);
}

/** These members' roles have drifted, and no run has detected it. */
async function drifted(harness: FaultHarness, drifters: readonly Person[]): Promise<void> {
	await assertHealthy(harness);
	harness.setRoles(driftedRoles(drifters));
}

/** These members' roles have drifted, and a run has reported it. */
async function found(harness: FaultHarness, drifters: readonly Person[]): Promise<void> {
	await drifted(harness, drifters);
	const result = await harness.reeve.runs.start({});
	if (result?.issuesFound !== drifters.length) throw new Error(`The run reported another number of issues: ${result?.issuesFound}`);
}

function judgeRun(answer: unknown, { target, kind }: InjectedFault, drifters: readonly Person[]): readonly string[] {
	const result = answer as ReconciliationResult | null;
	if (result === null) return ['the run returned null'];
	const { status, failure, issues, issuesFound, issuesFixed, hold } = result;
	if (status === 'FAILED') {
		const broken = failure ? [] : ['the run failed without a reason'];
		if (issuesFound > 0 || issues.length > 0) broken.push('a failed run found issues');
		// Once fixing has begun, only a database failure fails the run. Every other failure is an outcome of that fix.
		if (issuesFixed > 0 && target !== 'database') broken.push('a failed run fixed something');
		return broken;
	}
	const people = issues.map(({ discordId }) => discordId).sort();
	const expected = drifters.map(({ id }) => id).sort();
	if (UNDETECTABLE.has(kind)) {
		// Members who seem to have stopped paying are held. A past-due subscription without an open invoice is in its grace period again.
		const losing = issues.filter(({ discordId, plan }) => !expected.includes(discordId) && plan.remove.some((role) => role !== DEBTOR));
		return hold !== null || losing.length === 0 ? [] : [`found ${people} and held nothing`];
	}
	return people.join() === expected.join() ? [] : [`the run is complete and found ${people}`];
}

export const reportOnly: Phase = {
	name: 'run without auto-fix',
	prepare: (harness) => drifted(harness, DRIFTERS),
	act: (reeve) => reeve.runs.start({}),
	goal: new Map(),
	judge: (answer, injection) => judgeRun(answer, injection, DRIFTERS),
	end: rightRoles
};

/** Revokes a role, swaps a role, and must not touch the third member. */
const SOME = [PEOPLE.formerPayer, PEOPLE.wrongTier, PEOPLE.unlinked];

export const autoFix: Phase = {
	name: 'run with auto-fix',
	prepare: (harness) => drifted(harness, SOME),
	act: (reeve) => reeve.runs.start({ autoFix: true }),
	goal: rolesOf(SOME.filter((each) => each !== PEOPLE.unlinked)),
	judge: (answer, injection) => judgeRun(answer, injection, SOME),
	end: rightRoles
};

async function fixOne(reeve: Reeve, { id }: Person): Promise<FixResult> {
	const [issue] = await reeve.fixes.findOpenIssues(id, 1);
	if (issue === undefined) throw new Error(`No open issue of ${id}`);
	return reeve.fixes.apply({ issueId: issue.id, planHash: issue.planHash, runId: issue.lastRunId, ...OPERATOR });
}

/** Swaps a role for another. */
export const applyFix: Phase = {
	name: 'Apply fix',
	prepare: (harness) => found(harness, [PEOPLE.debtor, PEOPLE.payerWithoutRole]),
	act: (reeve) => fixOne(reeve, PEOPLE.debtor),
	goal: rolesOf([PEOPLE.debtor]),
	judge: (answer) => {
		const result = answer as FixResult;
		if (result.kind !== 'ended') return [`the fix did not end, it is ${result.kind}`];
		return result.outcome === 'FIXED' || result.error !== null || result.newDrift !== null || result.outcome === 'RESOLVED'
			? []
			: [`the fix ended ${result.outcome} without a reason`];
	},
	end: rightRoles
};

/** Applies a part of a bulk plan, and approves it if it is held. */
async function fixPart(reeve: Reeve, scope: BulkScope, part: BulkPart): Promise<BulkResult | null> {
	const plan = await reeve.fixes.planBulk(scope);
	if (plan === null) return null;
	const { issues, planHash } = plan.parts[part];
	const confirmed = plan.hold === null ? null : issues.length;
	return reeve.fixes.applyBulk({ scope, part, planHash, confirmed, onProgress: () => {}, ...OPERATOR });
}

/** Applies every part of the bulk plans for linked and unlinked members. */
export async function fixEverything(reeve: Reeve): Promise<void> {
	for (const scope of ['all', 'UNLINKED'] as const) for (const part of BULK_PARTS) await fixPart(reeve, scope, part);
}

/** Those who lose access: a member who stopped paying and one whose payment is overdue. */
const TAKEN = [PEOPLE.formerPayer, PEOPLE.debtor];

export const fixMany: Phase = {
	name: 'Remove access',
	prepare: (harness) => found(harness, [...TAKEN, PEOPLE.payerWithoutRole]),
	act: (reeve) => fixPart(reeve, 'all', 'removes'),
	goal: rolesOf(TAKEN),
	judge: (answer) => {
		const result = answer as BulkResult | null;
		if (result?.kind !== 'done') return [`the bulk fix was not done, it is ${result?.kind}`];
		return result.results.flatMap(({ result: step }) => (step.kind === 'ended' ? [] : [`a fix did not end, it is ${step.kind}`]));
	},
	end: rightRoles
};

async function undoNewest(reeve: Reeve): Promise<UndoResult | null> {
	const [fix] = await reeve.fixes.undoable(PEOPLE.debtor.id, 1);
	return fix === undefined ? null : reeve.fixes.undo({ attemptId: fix.attemptId, ...OPERATOR });
}

const undone: Roles = new Map([[PEOPLE.debtor.id, PEOPLE.debtor.drifted]]);

export const undo: Phase = {
	name: 'undo',
	prepare: async (harness) => {
		await found(harness, [PEOPLE.debtor, PEOPLE.payerWithoutRole]);
		await fixOne(harness.reeve, PEOPLE.debtor);
	},
	act: undoNewest,
	goal: undone,
	judge: (answer) => {
		const result = answer as UndoResult | null;
		return result?.kind === 'ended' ? [] : [`the undo did not end, it is ${result?.kind}`];
	},
	retry: undoNewest,
	end: new Map([...rightRoles, ...undone])
};

/** Delivers a report and a mail that an earlier run could not. */
export const deliver: Phase = {
	name: 'delivery of report and mail',
	prepare: async (harness) => {
		await drifted(harness, [PEOPLE.wrongTier]);
		harness.faults.add({ target: 'discord', kind: '500', match: 'POST *messages' });
		harness.faults.add({ target: 'smtp', kind: 'refuse' });
		await harness.reeve.runs.start({});
		harness.clearFaults();
	},
	act: (reeve) => reeve.health.housekeep({ atStart: true }),
	goal: new Map(),
	judge: () => [],
	end: rightRoles
};
