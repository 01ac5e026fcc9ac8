import { describe, expect, it, vi } from 'vitest';
import type { RunHistoryStore } from '../../../src/reconciliation/runs/history.js';
import { createRunService } from '../../../src/reconciliation/runs/service.js';
import { FakePorts, SETTINGS } from '../fakes.js';
import { stub } from '../stub.js';

type Store = Parameters<typeof createRunService>[0]['store'];

function serviceOver(members: Partial<Store>, ports = new FakePorts()) {
	return createRunService({ ports, store: stub<Store>(members), settings: SETTINGS, verifyAfterMinutes: 60, track: (work) => work() });
}

describe('RunService.history', () => {
	const NOTHING = { runs: 25, failed: 1, fixed: 3 };

	it.each([
		[0, 0],
		[1, 10],
		[2, 20]
	])('reads page %i from run %i on, ten runs at a time', async (page, skip) => {
		const recentRuns = vi.fn<RunHistoryStore['recentRuns']>(async () => []);
		const countRuns = vi.fn<RunHistoryStore['countRuns']>(async () => NOTHING);
		const ports = new FakePorts();
		const since = new Date(ports.now().getTime() - 7 * 86_400_000);
		expect(await serviceOver({ recentRuns, countRuns }, ports).history(7, page)).toEqual({ days: 7, page, counts: NOTHING, runs: [] });
		expect(recentRuns).toHaveBeenCalledExactlyOnceWith({ since, skip, take: 10 });
		expect(countRuns).toHaveBeenCalledExactlyOnceWith(since);
	});
});

describe('RunService.recover', () => {
	it('recovers interrupted fix attempts before it fails abandoned runs', async () => {
		const ports = new FakePorts();
		vi.spyOn(ports.ledger, 'unfinishedRun').mockResolvedValue('manual');
		await serviceOver({}, ports).recover();
		const calls = ports.calls('ledger.interruptedAttempts', 'ledger.failAbandonedRuns');
		expect(calls).toEqual(['ledger.interruptedAttempts', 'ledger.failAbandonedRuns']);
	});
});

describe('RunService.record', () => {
	it('passes null on for the newest completed run', async () => {
		const readRecord = vi.fn(async () => null);
		expect(await serviceOver({ readRecord }).record(null)).toBeNull();
		expect(readRecord).toHaveBeenCalledExactlyOnceWith(null);
	});
});
