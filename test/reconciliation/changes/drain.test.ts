import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/reconciliation/changes/change.js';
import { type DrainDeps, drain } from '../../../src/reconciliation/changes/drain.js';
import type { Touched } from '../../../src/reconciliation/domain/run.js';
import { RunInProgressError } from '../../../src/reconciliation/runs/run.js';
import { MemoryChangeStore } from './memory-store.js';

const SETTLE_MS = 30_000;
const START = new Date('2026-11-28T12:00:00Z');
const later = (seconds: number) => new Date(START.getTime() + seconds * 1000);

async function queued(...subjects: Change['subject'][]) {
	const store = new MemoryChangeStore();
	await store.queueChanges(
		subjects.map((subject) => ({ subject, at: START, urgent: false })),
		{ settleMs: SETTLE_MS, now: START }
	);
	const runs: (Touched | null)[] = [];
	const drainAt = (seconds: number, deps: Partial<DrainDeps> = {}) =>
		drain({
			store,
			compare: async (touched) => {
				runs.push(touched);
				return [];
			},
			isPaused: async () => false,
			isSetUp: async () => true,
			lastFullRunAt: async () => null,
			settleMs: SETTLE_MS,
			now: () => later(seconds),
			...deps
		});
	return { store, runs, drainAt, left: () => [...store.rows.keys()] };
}

describe('drain', () => {
	it('compares what is due, in one run', async () => {
		const { runs, drainAt, left } = await queued('member:1', 'customer:cus_1', 'member:2');
		expect(await drainAt(31)).toBe('idle');
		expect(await drainAt(32)).toBe('compared');
		expect(runs).toEqual([{ discordIds: ['1', '2'], customerIds: ['cus_1'] }]);
		expect(left()).toEqual([]);
		expect(await drainAt(33)).toBe('idle');
	});

	it('keeps everything if the run fails or another one is in progress', async () => {
		const { drainAt, left } = await queued('member:1');
		expect(await drainAt(40, { compare: async () => null })).toBe('failed');
		expect(await drainAt(40, { compare: () => Promise.reject(new RunInProgressError()) })).toBe('busy');
		await expect(drainAt(40, { compare: () => Promise.reject(new Error('bug')) })).rejects.toThrow('bug');
		expect(left()).toEqual(['member:1']);
	});

	it('compares a member again whose roles were being changed', async () => {
		const { runs, drainAt, left } = await queued('customer:cus_1', 'member:2');
		expect(await drainAt(40, { compare: async () => ['1', '2'] })).toBe('postponed');
		expect(left().sort()).toEqual(['member:1', 'member:2']);
		expect(await drainAt(72)).toBe('compared');
		expect(runs).toEqual([{ discordIds: ['2', '1'], customerIds: [] }]);
		expect(left()).toEqual([]);
	});

	it('keeps everything while paused', async () => {
		const { runs, drainAt, left } = await queued('member:1', 'all');
		expect(await drainAt(40, { isPaused: async () => true })).toBe('waiting');
		expect(left()).toEqual(['member:1', 'all']);
		expect(await drainAt(50)).toBe('compared');
		expect(runs).toEqual([null]);
	});

	it('puts one entry for everyone in place of the others until setup is finished', async () => {
		const { runs, drainAt, left } = await queued('member:1', 'customer:cus_1');
		const isSetUp = async () => false;
		expect(await drainAt(40, { isSetUp })).toBe('waiting');
		expect(left()).toEqual(['all']);
		expect(await drainAt(50, { isSetUp })).toBe('idle');
		expect(await drainAt(100, { isSetUp })).toBe('waiting');
		expect(runs).toEqual([]);
		expect(await drainAt(100)).toBe('compared');
		expect(runs).toEqual([null]);
	});

	it('leaves a comparison of everyone to a full run that began after the gap', async () => {
		const { runs, drainAt, left } = await queued('all', 'member:1');
		expect(await drainAt(40, { lastFullRunAt: async () => later(1) })).toBe('compared');
		expect(runs).toEqual([]);
		expect(left()).toEqual(['member:1']);
		expect(await drainAt(41, { lastFullRunAt: async () => later(1) })).toBe('compared');
		expect(runs).toEqual([{ discordIds: ['1'], customerIds: [] }]);
	});

	it('compares everyone if the last full run began before the gap', async () => {
		const { runs, drainAt } = await queued('all');
		await drainAt(40, { lastFullRunAt: async () => later(-1) });
		expect(runs).toEqual([null]);
	});
});
