import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { createLedger } from '../../../src/store/ledger.js';
import { drift, minute, run, runStart, snowflake } from '../builders.js';

const DAY = 24 * 60;
const day = (days: number) => minute(days * DAY);

export function maintenanceContract(database: () => Database): void {
	describe('maintain', () => {
		const ledgerOf = (guildId = snowflake()) => createLedger(database(), guildId, { snapshotDays: 30 });
		const hasList = async (ledger: ReturnType<typeof ledgerOf>, runId: string) => (await ledger.readReport(runId)) !== null;

		it('deletes the list of issues of old runs, and keeps the run, its issues, attempts and the audit log', async () => {
			const guildId = snowflake();
			const ledger = ledgerOf(guildId);
			const { runId: old, found } = await run(ledger, day(0), [drift(snowflake()), drift(snowflake())]);
			const [issue] = found;
			if (issue === undefined) throw new Error('nothing was found');
			const claimed = await ledger.claimIssue(issue.id, issue.planHash, 'ada', old, 60);
			if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
			await ledger.endAttempt(claimed.claim.attemptId, {
				outcome: 'FIXED',
				rolesBefore: [],
				rolesAfter: ['Knight'],
				error: null,
				at: day(0)
			});
			const { runId: recent } = await run(ledger, day(20), [drift(snowflake())]);
			await run(ledger, day(40), []);

			await ledger.maintain(day(31));
			expect(await hasList(ledger, old)).toBe(false);
			expect(await ledger.readRecord(old)).toEqual({
				run: {
					runId: old,
					status: 'COMPLETED',
					triggeredBy: 'manual',
					onlyMember: null,
					onlyMembers: null,
					startedAt: day(0),
					issuesFound: 2
				},
				issues: null,
				unknown: []
			});
			expect((await ledger.endedRuns(10)).map(({ runId }) => runId)).not.toContain(old);
			expect((await ledger.recentRuns({ since: day(-1), skip: 0, take: 10 })).at(-1)).toMatchObject({ runId: old, issuesFound: 2 });
			expect((await ledger.issueStates([issue.id])).get(issue.id)).toMatchObject({ status: 'FIXED', lastAttempt: { actor: 'ada' } });
			expect(await database().prisma.auditLog.count({ where: { guildId, action: 'fix' } })).toBe(1);
			expect(await hasList(ledger, recent)).toBe(true);
		});

		it('keeps the list of the newest completed run, however old it is', async () => {
			const ledger = ledgerOf();
			const { runId } = await run(ledger, day(0), [drift(snowflake())]);
			const failed = (await ledger.startRun(runStart(day(1)))) as string;
			await ledger.failRun(failed, { reason: 'Stripe is away.', issuesFixed: 0, at: day(1) });
			await ledger.maintain(day(400));
			expect(await hasList(ledger, runId)).toBe(true);
		});

		it('keeps the list of a run whose report is still to be delivered', async () => {
			const ledger = ledgerOf();
			const runId = (await ledger.startRun(runStart(day(0)))) as string;
			const { runId: other } = await run(ledger, day(0), [drift(snowflake())]);
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: day(0), channels: ['report'] });
			await run(ledger, day(1), []);
			await ledger.maintain(day(40));
			expect([await hasList(ledger, runId), await hasList(ledger, other)]).toEqual([true, false]);
		});

		it('leaves the runs of other guilds alone', async () => {
			const ledger = ledgerOf();
			const { runId } = await run(ledger, day(0), [drift(snowflake())]);
			await run(ledger, day(1), []);
			await ledgerOf().maintain(day(40));
			expect(await hasList(ledger, runId)).toBe(true);
		});
	});
}
