import { afterAll, beforeAll, expect, test } from 'vitest';
import { everyCase, type Kinds } from './cases.js';
import { FaultMatrix } from './fault-matrix.js';
import { FaultHarness } from './harness.js';
import type { Target } from './injected-faults.js';
import type { Phase } from './phases.js';
import { makeWorld } from './world.js';

/** As many as a pool keeps, and a busy machine has not closed yet. */
const MORE_RESOURCES = 20;
const MORE_HEAP = 16 * 1024 * 1024;
/** The sandbox keeps every message and every line of its audit log: 20 KiB a run, of which a case has several. */
const HEAP_OF_A_CASE = 128 * 1024;

/** The tests of one file: in one house, each phase with every mishap at every request. The house must be as it was in the end. */
export function faultSuite(
	name: string,
	{ mails, matters }: { readonly mails: boolean; readonly matters: readonly (readonly [Phase, Target, Kinds])[] }
): void {
	const tally = new FaultMatrix();
	let house: FaultHarness;
	let before: ReturnType<typeof resources>;

	beforeAll(async () => {
		house = await FaultHarness.open(makeWorld(new Date()), mails ? {} : { SMTP_URL: null, ADMIN_EMAIL: null });
		await house.reeve.runs.start({ autoFix: true });
		before = resources(house);
	});
	afterAll(async () => {
		await tally.save(name);
		await house.close();
	});

	for (const [phase, target, kinds] of matters) {
		test(`${phase.name}: whatever befalls ${target}, at whichever request, nothing wrong is done and nothing done is lost`, async () => {
			const cases = tally.cases;
			const broken = await everyCase(house, phase, target, kinds, tally);
			expect(broken).toEqual([]);
			expect(tally.cases).toBeGreaterThan(cases);
		});
	}

	test('no role was taken wrongly and no record lost', () => {
		expect(tally).toMatchObject({ wrongRemovals: 0, lostRecords: 0 });
	});

	test('sockets, timers, listeners and memory are as they were before', () => {
		const after = resources(house);
		expect(after.listeners).toBe(before.listeners);
		for (const [kind, count] of Object.entries(after.active)) expect(count, kind).toBeLessThan((before.active[kind] ?? 0) + MORE_RESOURCES);
		expect(after.heap).toBeLessThan(before.heap + MORE_HEAP + tally.cases * HEAP_OF_A_CASE);
	});
}

/** What the process holds, by kind. */
function resources(house: FaultHarness): {
	readonly active: Readonly<Record<string, number>>;
	readonly listeners: number;
	readonly heap: number;
} {
	const active: Record<string, number> = {};
	for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1;
	globalThis.gc?.();
	return { active, listeners: house.listeners(), heap: process.memoryUsage().heapUsed };
}
