import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, NOTICES, run, runStart, snowflake } from '../builders.js';

export function archiveContract(database: () => Database): void {
	describe('run archive', () => {
		it('lists ended runs, failed ones included, newest first', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.endedRuns(10)).toEqual([]);
			expect(await ledger.readRecord(null)).toBeNull();
			const { runId } = await run(ledger, minute(0), [drift(snowflake())]);
			const failed = (await ledger.startRun(runStart(minute(1), { triggeredBy: 'scheduled' }))) as string;
			await ledger.failRun(failed, { reason: 'Stripe is away.', issuesFixed: 0, at: minute(1) });
			const running = (await ledger.startRun(runStart(minute(2)))) as string;
			expect(await ledger.endedRuns(10)).toEqual([
				{
					runId: failed,
					status: 'FAILED',
					triggeredBy: 'scheduled',
					onlyMember: null,
					onlyMembers: null,
					startedAt: minute(1),
					issuesFound: 0
				},
				{ runId, status: 'COMPLETED', triggeredBy: 'manual', onlyMember: null, onlyMembers: null, startedAt: minute(0), issuesFound: 1 }
			]);
			expect(await ledger.endedRuns(1)).toHaveLength(1);
			expect((await ledger.readRecord(null))?.run.runId).toBe(runId);
			expect((await ledger.readRecord(null))?.unknown).toEqual(NOTICES.unknown);
			expect(await ledger.newestNotices()).toMatchObject({ at: minute(0), notices: { unclaimed: NOTICES.unclaimed } });
			const member = snowflake();
			const ofOne = (await ledger.startRun(runStart(minute(3), { onlyMember: member }))) as string;
			await ledger.recordFindings(ofOne, { detection: detection([drift(member)]), livemode: true, subscriptionsRead: 1, at: minute(3) });
			await ledger.completeRun(ofOne, { issuesFixed: 0, hold: null, at: minute(3) });
			expect((await ledger.readRecord(null))?.run.runId).toBe(runId);
			expect((await ledger.readRecord(ofOne))?.run.runId).toBe(ofOne);
			expect(await ledger.readRecord(failed)).toMatchObject({ issues: [], unknown: [] });
			expect((await ledger.newestNotices())?.at).toEqual(minute(0));
			expect(await ledger.readRecord(running)).toBeNull();
			expect(await ledgerOf(database()).ledger.readRecord(runId)).toBeNull();
		});

		it('records each issue as found and as it is now, with all attempts and who undid them', async () => {
			const { ledger } = ledgerOf(database());
			const { runId, found } = await run(ledger, minute(0), [drift(snowflake()), drift(snowflake())]);
			const [first, second] = found;
			if (first === undefined || second === undefined) throw new Error('nothing was found');
			const attempt = async (outcome: 'FAILED' | 'FIXED', at: number) => {
				const claimed = await ledger.claimIssue(first.id, first.planHash, 'ada', runId, 60);
				if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
				const { attemptId } = claimed.claim;
				await ledger.endAttempt(attemptId, { outcome, rolesBefore: [], rolesAfter: ['Knight'], error: null, at: minute(at) });
				return attemptId;
			};
			const failed = await attempt('FAILED', 1);
			const fixed = await attempt('FIXED', 2);
			const undo = { issueId: first.id, actor: 'bob', planHash: '00000000', add: [], remove: ['Knight'], claimExpires: minute(9) };
			const startedAt = new Date(Date.now() + 60_000);
			await database().prisma.fixAttempt.create({
				data: { ...undo, undoes: fixed, outcome: 'UNDONE', startedAt, completedAt: minute(5) }
			});
			const record = await ledger.readRecord(runId);
			expect(record?.issues).toMatchObject([
				{
					found: first,
					statusNow: 'FIXED',
					attempts: [
						{ id: failed, outcome: 'FAILED', undoneBy: null },
						{ id: fixed, actor: 'ada', rolesBefore: [], rolesAfter: ['Knight'], undoneBy: { actor: 'bob', at: minute(5) } },
						{ actor: 'bob', undoes: fixed, rolesBefore: null, undoneBy: null }
					]
				},
				{ found: second, statusNow: 'OPEN', attempts: [] }
			]);
		});
	});
}
