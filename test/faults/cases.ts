import { SourceError } from '../../src/reconciliation/domain/ports.js';
import type { FaultMatrix } from './fault-matrix.js';
import type { FaultHarness } from './harness.js';
import type { InjectedFault, Target } from './injected-faults.js';
import { fixEverything, type Phase } from './phases.js';
import { lostRecords, unrecovered, wrongChanges } from './promises.js';
import type { Roles } from './world.js';

/** More than any phase sends. The enumeration ends at the first request that is never sent. */
const MAX_REQUESTS = 1_000;

/** The kinds of faults to inject at one target. */
export type Kinds = readonly (string | { readonly kind: string; readonly name?: string; readonly fault: InjectedFault['fault'] })[];

/**
 * Runs a phase once per kind of fault, request index and duration (one request, or all from there on), and checks every invariant
 * after each run.
 * @returns the violated invariants, each with the fault that violated it
 */
export async function runEveryCase(
	harness: FaultHarness,
	phase: Phase,
	target: Target,
	kinds: Kinds,
	matrix: FaultMatrix
): Promise<readonly string[]> {
	await harness.resetDatabase();
	await phase.prepare(harness);
	const start = harness.roles();
	const restore = await harness.database.snapshot();
	const broken: string[] = [];
	for (const each of kinds) {
		const { kind, fault, name = kind } = typeof each === 'string' ? { kind: each, fault: undefined, name: each } : each;
		for (const lasting of [false, true]) {
			for (let after = 0; after < MAX_REQUESTS; after++) {
				await harness.renewConnection();
				await restore();
				harness.setRoles(start);
				const injection: InjectedFault = { target, kind, after, lasting, ...(fault === undefined ? {} : { fault }) };
				const { injected, failures } = await runCase(harness, phase, injection, start, matrix);
				broken.push(...failures.map((failure) => `${name} ${lasting ? 'from' : 'at'} ${target} request ${after}: ${failure}`));
				if (!injected) break;
				matrix.count(phase.name, target, name, failures.length === 0);
			}
		}
	}
	return broken;
}

async function runCase(harness: FaultHarness, phase: Phase, injection: InjectedFault, start: Roles, matrix: FaultMatrix) {
	const reeve = harness.inject(injection);
	const failures: string[] = [];
	try {
		failures.push(...phase.judge(await phase.act(reeve), injection));
	} catch (error) {
		if (injection.target !== 'database' || !isDatabaseError(error)) failures.push(`thrown: ${stackOf(error)}`);
	}
	const { injected } = harness;
	const unexpected = harness.errors.filter((line) => line.startsWith('Unexpected error:'));
	if (injection.target !== 'database') failures.push(...unexpected);
	harness.clearFaults();
	const { taken, given } = wrongChanges(harness.changes(), phase.goal);
	await recover(harness, phase).catch((error: unknown) => failures.push(`during recovery: ${stackOf(error)}`));
	const changes = harness.changes();
	const later = wrongChanges(changes, phase.end);
	const wronglyTaken = [...new Set([...taken, ...later.taken])];
	const lost = await lostRecords(harness, changes, start, injection);
	matrix.wrongRemovals += wronglyTaken.length;
	matrix.lostRecords += lost.length;
	failures.push(...wronglyTaken, ...new Set([...given, ...later.given]), ...lost, ...(await unrecovered(harness, phase)));
	failures.push(...harness.uncaught.map((error) => `unhandled: ${error}`));
	return { injected, failures };
}

/** What the next start does, and then an operator. */
async function recover(harness: FaultHarness, phase: Phase): Promise<void> {
	const { reeve, database } = harness;
	await harness.connected();
	await database.expireLeases();
	await reeve.runs.recover();
	await reeve.fixes.resumeBulks();
	await phase.retry?.(reeve);
	const result = await reeve.runs.start({});
	if (result?.status !== 'COMPLETED') throw new Error(`the next run failed: ${result?.failure}`);
	await fixEverything(reeve);
	await database.expireLeases();
	await reeve.health.housekeep({ atStart: true });
}

function isDatabaseError(error: unknown): boolean {
	return error instanceof SourceError && error.source === 'database';
}

function stackOf(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
