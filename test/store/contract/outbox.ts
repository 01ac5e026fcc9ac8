import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, minute, run, runStart } from '../builders.js';

export function outboxContract(database: () => Database): void {
	/** A run that ended at minute 0, with a pending report and mail. */
	const ended = async () => {
		const { ledger, guildId } = ledgerOf(database());
		const runId = (await ledger.startRun(runStart(minute(-1)))) as string;
		await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(0), channels: ['report', 'mail'] });
		return { ledger, guildId, runId };
	};

	describe('outbox', () => {
		it('stores a message with the end of the run, reserved for the process that ended it', async () => {
			const { ledger, runId } = await ended();
			expect(await ledger.claimMessages({ due: minute(0), failedToo: true }, minute(1))).toEqual([]);
			const taken = await ledger.claimMessages({ subject: `run:${runId}` }, minute(1));
			expect(taken.map(({ channel, subject, tries }) => [channel, subject, tries]).sort()).toEqual([
				['mail', `run:${runId}`, 0],
				['report', `run:${runId}`, 0]
			]);
		});

		it('gives a message to one of several processes, and again if that one dies', async () => {
			const { ledger } = await ended();
			const taken = await Promise.all(Array.from({ length: 5 }, () => ledger.claimMessages({ due: minute(2) }, minute(3))));
			expect(taken.flat()).toHaveLength(2);
			expect(await ledger.claimMessages({ due: minute(2.5) }, minute(4))).toEqual([]);
			expect(await ledger.claimMessages({ due: minute(3) }, minute(4))).toHaveLength(2);
		});

		it('delivers a message once; retries a failed one when due, or at once at start', async () => {
			const { ledger, runId } = await ended();
			const taken = await ledger.claimMessages({ subject: `run:${runId}` }, minute(1));
			const idOf = (channel: string) => taken.find((each) => each.channel === channel)?.id as string;
			await ledger.markDelivered(idOf('report'), minute(1));
			const recipients = ['bob@example.com'];
			expect(taken.map((each) => each.recipients)).toEqual([null, null]);
			await ledger.markFailed(idOf('mail'), { error: 'Refused.', nextTryAt: minute(9), at: minute(1), recipients });
			expect(await ledger.claimMessages({ due: minute(2) }, minute(10))).toEqual([]);
			expect(await ledger.undelivered()).toMatchObject([{ channel: 'mail', tries: 1, lastError: 'Refused.', nextTryAt: minute(9) }]);
			expect(await ledger.claimMessages({ due: minute(2), failedToo: true }, minute(10))).toMatchObject([
				{ channel: 'mail', tries: 1, recipients }
			]);
			await ledger.markFailed(idOf('mail'), { error: 'Refused.', nextTryAt: null, at: minute(20), recipients: null });
			expect(await ledger.claimMessages({ due: minute(99), failedToo: true }, minute(100))).toEqual([]);
			expect(await ledger.undelivered()).toEqual([]);
		});

		it('says why a report was not posted', async () => {
			const { ledger, runId } = await ended();
			const [message] = (await ledger.claimMessages({ subject: `run:${runId}` }, minute(1))).filter(({ channel }) => channel === 'report');
			expect(await ledger.reportFailure(runId)).toBeNull();
			await ledger.markFailed(message?.id ?? '', { error: 'Refused.', nextTryAt: minute(9), at: minute(1), recipients: null });
			expect(await ledger.reportFailure(runId)).toBe('Refused.');
			expect(await ledgerOf(database()).ledger.reportFailure(runId)).toBeNull();
		});

		it('adds a message once per guild', async () => {
			const { ledger } = ledgerOf(database());
			for (let time = 0; time < 3; time++) await ledger.addMessages('overdue:then', ['report', 'mail'], minute(time));
			expect(await ledgerOf(database()).ledger.claimMessages({ due: minute(9) }, minute(10))).toEqual([]);
			expect(await ledger.claimMessages({ due: minute(9) }, minute(10))).toHaveLength(2);
		});

		it('contains runs that were abandoned', async () => {
			const { ledger } = ledgerOf(database());
			const runId = await ledger.startRun(runStart(minute(0)));
			await ledger.failAbandonedRuns('Reeve was stopped.', minute(1), ['report']);
			// Due at once: no other process is about to deliver it.
			expect(await ledger.claimMessages({ due: minute(1) }, minute(10))).toMatchObject([{ channel: 'report', subject: `run:${runId}` }]);
		});

		it('knows since when a run over all members holds the lease, and none that died', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('holder', 60);
			expect(await ledger.runningSince()).toBeNull();
			await ledger.startRun(runStart(minute(2), { onlyMember: '1' }));
			expect(await ledger.runningSince()).toBeNull();
			await ledger.startRun(runStart(minute(1)));
			expect(await ledger.runningSince()).toEqual(minute(1));
			await ledger.renewLease('holder', -1);
			expect(await ledger.runningSince()).toBeNull();
		});

		it('returns when a run over all members last succeeded', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.lastSuccessAt()).toBeNull();
			await run(ledger, minute(3), []);
			const one = (await ledger.startRun(runStart(minute(4), { onlyMember: '1' }))) as string;
			await ledger.completeRun(one, { issuesFixed: 0, hold: null, at: minute(4) });
			expect(await ledger.lastSuccessAt()).toEqual(minute(3));
		});
	});
}
