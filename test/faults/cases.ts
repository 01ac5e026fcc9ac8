import { SourceError } from '../../src/reconciliation/domain/ports.js';
import type { FaultMatrix } from './fault-matrix.js';
import type { FaultHarness } from './harness.js';
import type { InjectedFault, Target } from './injected-faults.js';
import { fixAll, type Phase } from './phases.js';
import { lostRecords, notHealed, wrongChanges } from './promises.js';
import type { Roles } from './world.js';

/** Far more than any phase makes: the end of the enumeration is the request that does not come. */
const REQUESTS = 1_000;

/** What can befall a target. */
export type Kinds = readonly (string | { readonly kind: string; readonly name?: string; readonly fault: InjectedFault['fault'] })[];

/**
 * Lets a phase happen again and again, with each kind of mishap at each of its requests, once and from then on, and looks each time
 * whether everything still holds.
 * @returns what does not, with where it went wrong
 */
export async function everyCase(
	house: FaultHarness,
	phase: Phase,
	target: Target,
	kinds: Kinds,
	tally: FaultMatrix
): Promise<readonly string[]> {
	await house.asNew();
	await phase.prepare(house);
	const start = house.roles();
	const putBack = await house.database.keep();
	const broken: string[] = [];
	for (const each of kinds) {
		const { kind, fault, name = kind } = typeof each === 'string' ? { kind: each, fault: undefined, name: each } : each;
		for (const lasting of [false, true]) {
			for (let after = 0; after < REQUESTS; after++) {
				await house.renewConnection();
				await putBack();
				house.setRoles(start);
				const mishap: InjectedFault = { target, kind, after, lasting, ...(fault === undefined ? {} : { fault }) };
				const { injected, failures } = await oneCase(house, phase, mishap, start, tally);
				broken.push(...failures.map((failure) => `${name} ${lasting ? 'from' : 'at'} ${target} request ${after}: ${failure}`));
				if (!injected) break;
				tally.count(phase.name, target, name, failures.length === 0);
			}
		}
	}
	return broken;
}

async function oneCase(house: FaultHarness, phase: Phase, mishap: InjectedFault, start: Roles, tally: FaultMatrix) {
	const reeve = house.inject(mishap);
	const failures: string[] = [];
	try {
		failures.push(...phase.judge(await phase.act(reeve), mishap));
	} catch (error) {
		if (mishap.target !== 'database' || !isOfDatabase(error)) failures.push(`thrown: ${inFull(error)}`);
	}
	const { injected } = house;
	const unforeseen = house.errors.filter((line) => line.startsWith('An error that nobody foresaw'));
	if (mishap.target !== 'database') failures.push(...unforeseen);
	house.clearFaults();
	const { taken, given } = wrongChanges(house.changes(), phase.goal);
	await heal(house, phase).catch((error: unknown) => failures.push(`while healing: ${inFull(error)}`));
	const changes = house.changes();
	const later = wrongChanges(changes, phase.end);
	const wronglyTaken = [...new Set([...taken, ...later.taken])];
	const lost = await lostRecords(house, changes, start, mishap);
	tally.wrongRemovals += wronglyTaken.length;
	tally.lostRecords += lost.length;
	failures.push(...wronglyTaken, ...new Set([...given, ...later.given]), ...lost, ...(await notHealed(house, phase)));
	failures.push(...house.uncaught.map((error) => `nobody caught ${error}`));
	return { injected, failures };
}

/** What happens at the next start, and what an operator does then. */
async function heal(house: FaultHarness, phase: Phase): Promise<void> {
	const { reeve, database } = house;
	await house.connected();
	await database.letRightsExpire();
	await reeve.runs.recover();
	await reeve.fixes.resumeBulks();
	await phase.again?.(reeve);
	const result = await reeve.runs.start({});
	if (result?.status !== 'COMPLETED') throw new Error(`the next run failed: ${result?.failure}`);
	await fixAll(reeve);
	await database.letRightsExpire();
	await reeve.health.housekeep({ atStart: true });
}

function isOfDatabase(error: unknown): boolean {
	return error instanceof SourceError && error.source === 'database';
}

function inFull(error: unknown): string {
	return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
