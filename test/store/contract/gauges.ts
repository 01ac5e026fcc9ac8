import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute, run, runStart } from '../builders.js';

export function gaugeContract(database: () => Database): void {
	const HOLD = { losing: 9, lowering: 0, holders: 30, reason: 'Too many.', scope: 'all', planHash: '0123abcd', actor: 'ada' } as const;

	describe('gauges', () => {
		it('count the holds on the newest full run that no operator has released', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.countOpenHolds()).toBe(0);
			const runId = (await ledger.startRun(runStart(minute(0)))) as string;
			await ledger.completeRun(runId, { issuesFixed: 0, hold: { reason: 'A fall.', losing: 9, holders: 90 }, at: minute(1) });
			await ledger.recordHold({ ...HOLD, runId, at: minute(2), channels: [] });
			expect(await ledger.countOpenHolds()).toBe(2);
			const release = { scope: 'all', part: 'removes', releasesRun: false, actor: 'ada', losing: 9, reason: 'Too many.' } as const;
			await ledger.releaseHold({ ...release, at: minute(3) });
			expect(await ledger.countOpenHolds()).toBe(1);
			await run(ledger, minute(5), []);
			expect(await ledger.countOpenHolds()).toBe(0);
		});

		it('count what is pending, what failed, and what was given up', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.countDeliveries()).toEqual({ pending: 0, failing: 0, givenUp: 0 });
			const runId = (await ledger.startRun(runStart(minute(-1)))) as string;
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(0), channels: ['report', 'mail'] });
			expect(await ledger.countDeliveries()).toEqual({ pending: 2, failing: 0, givenUp: 0 });
			const [first, second] = await ledger.claimMessages({ subject: `run:${runId}` }, minute(1));
			const failed = { error: 'Refused.', at: minute(1), recipients: null };
			await ledger.markFailed(first?.id ?? '', { ...failed, nextTryAt: minute(9) });
			expect(await ledger.countDeliveries()).toEqual({ pending: 2, failing: 1, givenUp: 0 });
			await ledger.markFailed(first?.id ?? '', { ...failed, nextTryAt: null });
			await ledger.markDelivered(second?.id ?? '', minute(2));
			expect(await ledger.countDeliveries()).toEqual({ pending: 0, failing: 0, givenUp: 1 });
		});

		it('know when Reeve was installed, once it was', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.readInstalledAt()).toBeNull();
			await ledger.installedAt(minute(0));
			expect(await ledger.readInstalledAt()).toEqual(minute(0));
		});
	});
}
