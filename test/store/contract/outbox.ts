import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute, run, runStart } from '../builders.js';

export function deliveryPromises(database: () => Database): void {
	/** A run that ended at minute 0 and is to be told by report and mail. */
	const ended = async () => {
		const { ledger, guildId } = ledgerOf(database());
		const runId = (await ledger.startRun(runStart(minute(-1)))) as string;
		await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(0), channels: ['report', 'mail'] });
		return { ledger, guildId, runId };
	};

	describe('what the operators are to be told', () => {
		it('is stored with the end of the run, and first in the hands of whoever ended it', async () => {
			const { ledger, runId } = await ended();
			expect(await ledger.claimMessages({ due: minute(0), failedToo: true }, minute(1))).toEqual([]);
			const taken = await ledger.claimMessages({ subject: `run:${runId}` }, minute(1));
			expect(taken.map(({ channel, subject, tries }) => [channel, subject, tries]).sort()).toEqual([
				['mail', `run:${runId}`, 0],
				['report', `run:${runId}`, 0]
			]);
		});

		it('is taken by one of many who ask at once, and is due again should they die', async () => {
			const { ledger } = await ended();
			const taken = await Promise.all(Array.from({ length: 5 }, () => ledger.claimMessages({ due: minute(2) }, minute(3))));
			expect(taken.flat()).toHaveLength(2);
			expect(await ledger.claimMessages({ due: minute(2.5) }, minute(4))).toEqual([]);
			expect(await ledger.claimMessages({ due: minute(3) }, minute(4))).toHaveLength(2);
		});

		it('is told once, or tried again when it is due, or at start at once', async () => {
			const { ledger, runId } = await ended();
			const taken = await ledger.claimMessages({ subject: `run:${runId}` }, minute(1));
			const idOf = (channel: string) => taken.find((each) => each.channel === channel)?.id as string;
			await ledger.markDelivered(idOf('report'), minute(1));
			await ledger.markFailed(idOf('mail'), { error: 'Refused.', nextTryAt: minute(9), at: minute(1) });
			expect(await ledger.claimMessages({ due: minute(2) }, minute(10))).toEqual([]);
			expect(await ledger.undelivered()).toMatchObject([{ channel: 'mail', tries: 1, lastError: 'Refused.', nextTryAt: minute(9) }]);
			expect(await ledger.claimMessages({ due: minute(2), failedToo: true }, minute(10))).toMatchObject([{ channel: 'mail', tries: 1 }]);
			await ledger.markFailed(idOf('mail'), { error: 'Refused.', nextTryAt: null, at: minute(20) });
			expect(await ledger.claimMessages({ due: minute(99), failedToo: true }, minute(100))).toEqual([]);
			expect(await ledger.undelivered()).toEqual([]);
		});

		it('is added once, and belongs to its guild', async () => {
			const { ledger } = ledgerOf(database());
			for (let time = 0; time < 3; time++) await ledger.addMessages('overdue:then', ['report', 'mail'], minute(time));
			expect(await ledgerOf(database()).ledger.claimMessages({ due: minute(9) }, minute(10))).toEqual([]);
			expect(await ledger.claimMessages({ due: minute(9) }, minute(10))).toHaveLength(2);
		});

		it('is also that a run was stopped in the middle', async () => {
			const { ledger } = ledgerOf(database());
			const runId = await ledger.startRun(runStart(minute(0)));
			await ledger.failAbandonedRuns('Reeve was stopped.', minute(1), ['report']);
			// At once: nobody else is about to tell of it.
			expect(await ledger.claimMessages({ due: minute(1) }, minute(10))).toMatchObject([{ channel: 'report', subject: `run:${runId}` }]);
		});

		it('waits for a run that is under way, not for one that has died', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.isRunning()).toBe(false);
			await ledger.acquireLease('somebody', 60);
			expect(await ledger.isRunning()).toBe(true);
			await ledger.renewLease('somebody', -1);
			expect(await ledger.isRunning()).toBe(false);
		});

		it('tells when a run over everybody last read everything', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.lastSuccessAt()).toBeNull();
			await run(ledger, minute(3), []);
			const one = (await ledger.startRun(runStart(minute(4), { onlyMember: '1' }))) as string;
			await ledger.completeRun(one, { issuesFixed: 0, hold: null, at: minute(4) });
			expect(await ledger.lastSuccessAt()).toEqual(minute(3));
		});
	});
}
