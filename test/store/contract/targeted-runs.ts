import { describe, expect, it } from 'vitest';
import type { DriftIssue } from '../../../src/reconciliation/domain/issue.js';
import type { Ledger } from '../../../src/reconciliation/domain/ports.js';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, run, runStart, snowflake } from '../builders.js';

export function targetedRunContract(database: () => Database): void {
	describe('targeted runs', () => {
		/** A completed run over these members. */
		const targeted = async (ledger: Ledger, at: Date, onlyMembers: readonly string[], issues: readonly DriftIssue[] = []) => {
			const runId = (await ledger.startRun(runStart(at, { triggeredBy: 'targeted', onlyMembers: [] }))) as string;
			const read = { livemode: true, subscriptionsRead: 1, at, acceptedPayers: null, comparablePayers: null };
			const found = await ledger.recordFindings(runId, { detection: detection(issues, { compared: onlyMembers }), onlyMembers, ...read });
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at });
			return { runId, found };
		};

		it('settle and open the issues of the members they compared, and no others', async () => {
			const { ledger } = ledgerOf(database());
			const [ada, bob, cleo] = [snowflake(), snowflake(), snowflake()];
			await run(ledger, minute(0), [drift(ada), drift(bob)]);
			const { runId, found } = await targeted(ledger, minute(1), [ada, cleo], [drift(cleo)]);
			expect(found.map(({ discordId, timesSeen }) => [discordId, timesSeen])).toEqual([[cleo, 1]]);
			expect((await ledger.openIssues('all')).map(({ discordId }) => discordId).sort()).toEqual([bob, cleo].sort());
			expect((await ledger.readReport(runId))?.result).toMatchObject({
				onlyMember: null,
				onlyMembers: [ada, cleo],
				triggeredBy: 'targeted'
			});
			await targeted(ledger, minute(2), []);
			expect(await ledger.openIssues('all')).toHaveLength(2);
		});

		it('are no full run: they end no alarm, are no baseline, and accept no rules', async () => {
			const { ledger } = ledgerOf(database());
			await targeted(ledger, minute(0), [snowflake()]);
			expect([await ledger.lastGoodRun(), await ledger.newestReading(), await ledger.lastSuccess(), await ledger.lastSuccessAt()]).toEqual([
				null,
				null,
				null,
				null
			]);
			expect([await ledger.acceptedRules(), await ledger.currentOnboarding(), await ledger.readRecord(null)]).toEqual([null, null, null]);
			const { runId } = await run(ledger, minute(1), []);
			await targeted(ledger, minute(2), [snowflake()], [drift(snowflake())]);
			expect(await ledger.lastGoodRun()).toMatchObject({ runId, payingCustomers: 30, roleHolders: 20 });
			expect([(await ledger.newestReading())?.runId, (await ledger.lastSuccess())?.runId]).toEqual([runId, runId]);
			expect((await ledger.readRecord(null))?.run.runId).toBe(runId);
		});

		it('do not count as a full run in progress', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.acquireLease('holder', 60);
			await ledger.startRun(runStart(minute(0), { triggeredBy: 'targeted', onlyMembers: [] }));
			expect(await ledger.runningSince()).toBeNull();
			await ledger.startRun(runStart(minute(1), { triggeredBy: 'targeted' }));
			expect(await ledger.runningSince()).toEqual(minute(1));
		});

		it('are not in the history if they found and changed nothing', async () => {
			const { ledger } = ledgerOf(database());
			const ada = snowflake();
			await targeted(ledger, minute(0), [ada]);
			const { runId } = await targeted(ledger, minute(1), [ada], [drift(ada)]);
			const failed = (await ledger.startRun(runStart(minute(2), { triggeredBy: 'targeted', onlyMembers: [ada] }))) as string;
			await ledger.failRun(failed, { reason: 'Stripe is away.', issuesFixed: 0, at: minute(2) });
			const [recent, ended] = [await ledger.recentRuns({ since: minute(0), skip: 0, take: 10 }), await ledger.endedRuns(10)];
			expect(recent).toMatchObject([{ runId, onlyMembers: [ada], triggeredBy: 'targeted' }]);
			expect(ended).toMatchObject([{ runId, onlyMembers: [ada] }]);
			expect(await ledger.countRuns(minute(0))).toMatchObject({ runs: 1, failed: 0 });
		});

		it('are deleted after a week if they found and changed nothing, except the newest that recorded the payers', async () => {
			const { ledger } = ledgerOf(database());
			const ada = snowflake();
			const day = (days: number) => minute(days * 24 * 60);
			const none = async function* () {};
			const quiet = await targeted(ledger, day(0), [ada]);
			const { runId: withIssue, found } = await targeted(ledger, day(0), [ada], [drift(ada)]);
			const { runId: whole } = await targeted(ledger, day(0.5), [ada]);
			await ledger.recordPayers(quiet.runId, none(), true);
			await ledger.recordPayers(whole, none(), true);
			const { runId: recent } = await targeted(ledger, day(4), [ada]);
			await ledger.maintain(day(8));
			const exist = async (runId: string) => (await ledger.findRun(runId)) !== null;
			expect(await Promise.all([quiet.runId, withIssue, whole, recent].map(exist))).toEqual([false, true, true, true]);
			expect(await ledger.lastTargeted()).toMatchObject({ runId: recent });
			expect(found).toHaveLength(1);
		});

		it('whose report shows an issue that has changed are found, the newest first', async () => {
			const { ledger } = ledgerOf(database());
			const [ada, bob] = [snowflake(), snowflake()];
			const post = async (at: Date, id: string) => {
				const { runId } = await targeted(ledger, at, [id], [drift(id)]);
				await ledger.setReportMessage(runId, '1', '2', minute(1));
				return runId;
			};
			const [first, other, second] = [await post(minute(0), ada), await post(minute(0), bob), await post(minute(1), ada)];
			await targeted(ledger, minute(2), [ada], [drift(ada)]);
			expect(await ledger.changedTargetedReports(minute(0), 10)).toEqual([]);
			await targeted(ledger, minute(3), [ada]);
			expect(await ledger.changedTargetedReports(minute(3), 10)).toEqual([second, first]);
			expect(await ledger.changedTargetedReports(minute(3), 1)).toEqual([second]);
			expect(await ledger.changedTargetedReports(minute(4), 10)).toEqual([]);
			const [open] = await ledger.openIssues('all');
			if (open === undefined) throw new Error('There is no open issue.');
			await ledger.claimIssue(open.id, open.planHash, '42', other, 60);
			expect(await ledger.changedTargetedReports(minute(0), 10)).toContain(other);
		});

		it('are not reported when their process died', async () => {
			const { ledger } = ledgerOf(database());
			await ledger.startRun(runStart(minute(0), { triggeredBy: 'targeted', onlyMembers: [] }));
			const other = (await ledger.startRun(runStart(minute(0)))) as string;
			await ledger.failAbandonedRuns('Reeve was stopped.', minute(1), ['report']);
			expect(await ledger.claimMessages({ due: minute(1) }, minute(10))).toMatchObject([{ subject: `run:${other}` }]);
		});

		it('count their holds until the next full run', async () => {
			const { ledger } = ledgerOf(database());
			await run(ledger, minute(0), []);
			const runId = (await ledger.startRun(runStart(minute(1), { triggeredBy: 'targeted', onlyMembers: [] }))) as string;
			await ledger.completeRun(runId, { issuesFixed: 0, hold: { reason: 'Many.', losing: 5, holders: 20 }, at: minute(1) });
			expect(await ledger.countOpenHolds()).toBe(1);
			await run(ledger, minute(2), []);
			expect(await ledger.countOpenHolds()).toBe(0);
		});
	});
}
