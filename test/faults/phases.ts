import { DEBTOR } from '../../src/reconciliation/domain/rules.js';
import type { BulkResult, FixResult, ReconciliationResult, UndoResult } from '../../src/reconciliation/index.js';
import type { Reeve } from '../../src/reeve.js';
import type { FaultHarness } from './harness.js';
import type { InjectedFault } from './injected-faults.js';
import { DRIFTERS, driftedRoles, PEOPLE, type Person, type Roles, rightRoles } from './world.js';

/** What Reeve does while something goes wrong. */

export const OPERATOR = { actor: '1100000000000000402', actorName: 'operator' };

/** A piece of work of Reeve's, from a beginning that can be had again and again. */
export interface Phase {
	readonly name: string;
	/** Brings about what it begins with. Nothing is wrong then. */
	prepare(house: FaultHarness): Promise<void>;
	act(reeve: Reeve): Promise<unknown>;
	/** The managed roles that it may bring people to; whoever is not named must not be touched. */
	readonly goal: Roles;
	/** What is wrong with its answer. */
	judge(answer: unknown, mishap: InjectedFault): readonly string[];
	/** What an operator does again when all is well. */
	again?(reeve: Reeve): Promise<unknown>;
	/** Everybody's managed roles in the end. */
	readonly end: Roles;
}

/** What Stripe cannot be caught at: a list that is cut short and says that it is whole. */
const LIES: ReadonlySet<string> = new Set(['truncate', 'empty']);

const rolesOf = (people: readonly Person[]): Roles => new Map(people.map(({ id, right }) => [id, right]));

/** Everybody has what is right, and a run has seen it: what later runs are measured against. */
async function assertHealthy(house: FaultHarness): Promise<void> {
	house.setRoles(rightRoles);
	const result = await house.reeve.runs.start({});
	if (result?.status !== 'COMPLETED' || result.issuesFound > 0) throw new Error(`The world is not as it should be: ${result?.failure}`);
}

/** The roles of these people have drifted, and nobody knows yet. */
async function drifted(house: FaultHarness, drifters: readonly Person[]): Promise<void> {
	await assertHealthy(house);
	house.setRoles(driftedRoles(drifters));
}

/** The roles of these people have drifted, and a run has found it. */
async function found(house: FaultHarness, drifters: readonly Person[]): Promise<void> {
	await drifted(house, drifters);
	const result = await house.reeve.runs.start({});
	if (result?.issuesFound !== drifters.length) throw new Error(`Not all drift was found: ${result?.issuesFound}`);
}

function judgeRun(answer: unknown, { target, kind }: InjectedFault, drifters: readonly Person[]): readonly string[] {
	const result = answer as ReconciliationResult | null;
	if (result === null) return ['the run gave no answer'];
	const { status, failure, issues, issuesFound, issuesFixed, hold } = result;
	if (status === 'FAILED') {
		const broken = failure ? [] : ['the run failed without a reason'];
		if (issuesFound > 0 || issues.length > 0) broken.push('a failed run found issues');
		// The database can go away when fixing has begun; all else that can fail then is an outcome of that fix.
		if (issuesFixed > 0 && target !== 'database') broken.push('a failed run fixed something');
		return broken;
	}
	const people = issues.map(({ discordId }) => discordId).sort();
	const expected = drifters.map(({ id }) => id).sort();
	if (LIES.has(kind)) {
		// So many who seem to have stopped paying are held. A debt without an open invoice is a new one: who owes it gets access back.
		const losing = issues.filter(({ discordId, plan }) => !expected.includes(discordId) && plan.remove.some((role) => role !== DEBTOR));
		return hold !== null || losing.length === 0 ? [] : [`found ${people}, and held nothing`];
	}
	return people.join() === expected.join() ? [] : [`the run is complete and found ${people}`];
}

export const reportOnly: Phase = {
	name: 'run that reports only',
	prepare: (house) => drifted(house, DRIFTERS),
	act: (reeve) => reeve.runs.start({}),
	goal: new Map(),
	judge: (answer, mishap) => judgeRun(answer, mishap, DRIFTERS),
	end: rightRoles
};

/** Takes from one, gives and takes with another, and must leave the third alone. */
const SOME = [PEOPLE.payerNoMore, PEOPLE.wrongTier, PEOPLE.unlinked];

export const autoFix: Phase = {
	name: 'run with auto-fix',
	prepare: (house) => drifted(house, SOME),
	act: (reeve) => reeve.runs.start({ autoFix: true }),
	goal: rolesOf(SOME.filter((each) => each !== PEOPLE.unlinked)),
	judge: (answer, mishap) => judgeRun(answer, mishap, SOME),
	end: rightRoles
};

async function fixOne(reeve: Reeve, { id }: Person): Promise<FixResult> {
	const [issue] = await reeve.fixes.findOpenIssues(id, 1);
	if (issue === undefined) throw new Error(`Nothing is open of ${id}`);
	return reeve.fixes.apply({ issueId: issue.id, planHash: issue.planHash, runId: issue.lastRunId, ...OPERATOR });
}

/** Takes a role and gives another. */
export const applyFix: Phase = {
	name: 'Apply fix',
	prepare: (house) => found(house, [PEOPLE.debtor, PEOPLE.payerWithoutRole]),
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

export async function fixAll(reeve: Reeve, scope: 'all' | 'UNAUTHORIZED_ACCESS' = 'all'): Promise<BulkResult | null> {
	const plan = await reeve.fixes.planBulk(scope, OPERATOR.actor);
	if (plan === null) return null;
	return reeve.fixes.applyBulk({
		scope,
		planHash: plan.planHash,
		mode: plan.hold === null ? 'all' : { confirmedRevocations: plan.hold.losing },
		onProgress: () => {},
		...OPERATOR
	});
}

/** The kind that only takes: from whoever pays no more, and from whom nobody knows. */
const UNAUTHORIZED = [PEOPLE.payerNoMore, PEOPLE.unlinked];

export const fixMany: Phase = {
	name: 'Fix all of a kind',
	prepare: (house) => found(house, [...UNAUTHORIZED, PEOPLE.payerWithoutRole]),
	act: (reeve) => fixAll(reeve, 'UNAUTHORIZED_ACCESS'),
	goal: rolesOf(UNAUTHORIZED),
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
	prepare: async (house) => {
		await found(house, [PEOPLE.debtor, PEOPLE.payerWithoutRole]);
		await fixOne(house.reeve, PEOPLE.debtor);
	},
	act: undoNewest,
	goal: undone,
	judge: (answer) => {
		const result = answer as UndoResult | null;
		return result?.kind === 'ended' ? [] : [`the undo did not end, it is ${result?.kind}`];
	},
	again: undoNewest,
	end: new Map([...rightRoles, ...undone])
};

/** What a run could not tell: a report for the channel, and a mail. */
export const deliver: Phase = {
	name: 'delivery of report and mail',
	prepare: async (house) => {
		await drifted(house, [PEOPLE.wrongTier]);
		house.faults.add({ target: 'discord', kind: '500', match: 'POST *messages' });
		house.faults.add({ target: 'smtp', kind: 'refuse' });
		await house.reeve.runs.start({});
		house.clearFaults();
	},
	act: (reeve) => reeve.health.housekeep({ atStart: true }),
	goal: new Map(),
	judge: () => [],
	end: rightRoles
};
