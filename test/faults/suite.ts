import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Kinds, runEveryCase } from './cases.js';
import { FaultMatrix } from './fault-matrix.js';
import { FaultHarness } from './harness.js';
import type { Target } from './injected-faults.js';
import type { Phase } from './phases.js';
import { makeWorld } from './world.js';

/** Connections that a pool keeps open, or that a busy machine has not closed yet. */
const MAX_EXTRA_RESOURCES = 20;
const MAX_EXTRA_HEAP = 16 * 1024 * 1024;
/** The sandbox keeps every message and audit log entry: 20 KiB a run, of which a case has several. */
const MAX_HEAP_PER_CASE = 128 * 1024;

/** The tests of one file: every fault at every request of every phase, on one harness, which must not leak resources. */
export function faultSuite(
	name: string,
	{ mails, combinations }: { readonly mails: boolean; readonly combinations: readonly (readonly [Phase, Target, Kinds])[] }
): void {
	const matrix = new FaultMatrix();
	let harness: FaultHarness;
	let before: ReturnType<typeof resources>;

	beforeAll(async () => {
		harness = await FaultHarness.open(makeWorld(new Date()), mails ? {} : { SMTP_URL: null, ADMIN_EMAIL: null });
		await harness.reeve.runs.start({ autoFix: true });
		before = resources(harness);
	});
	afterAll(async () => {
		await matrix.save(name);
		await harness.close();
	});

	for (const [phase, target, kinds] of combinations) {
		test(`${phase.name}: survives every ${target} fault at every request`, async () => {
			const cases = matrix.cases;
			const broken = await runEveryCase(harness, phase, target, kinds, matrix);
			expect(broken).toEqual([]);
			expect(matrix.cases).toBeGreaterThan(cases);
		});
	}

	test('no fault leads to a wrong removal or a lost record', () => {
		expect(matrix).toMatchObject({ wrongRemovals: 0, lostRecords: 0 });
	});

	test('leaks no sockets, timers, listeners or memory', () => {
		const after = resources(harness);
		expect(after.listeners).toBe(before.listeners);
		for (const [kind, count] of Object.entries(after.active))
			expect(count, kind).toBeLessThan((before.active[kind] ?? 0) + MAX_EXTRA_RESOURCES);
		expect(after.heap).toBeLessThan(before.heap + MAX_EXTRA_HEAP + matrix.cases * MAX_HEAP_PER_CASE);
	});
}

/** Resources of this process. */
function resources(harness: FaultHarness): {
	readonly active: Readonly<Record<string, number>>;
	readonly listeners: number;
	readonly heap: number;
} {
	const active: Record<string, number> = {};
	for (const kind of process.getActiveResourcesInfo()) active[kind] = (active[kind] ?? 0) + 1;
	globalThis.gc?.();
	return { active, listeners: harness.listeners(), heap: process.memoryUsage().heapUsed };
}
