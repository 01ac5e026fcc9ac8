import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, run, runStart, snowflake, unpaid } from '../builders.js';

export function issueBookPromises(database: () => Database): void {
	describe('the book of open issues', () => {
		it('lists what nobody is fixing, the gravest first, all or of one kind', async () => {
			const { ledger } = ledgerOf(database());
			const low = drift(snowflake(), { severity: 'LOW' });
			const { runId, found } = await run(ledger, minute(0), [low, unpaid(snowflake()), drift(snowflake())]);
			const claimed = found[1];
			if (claimed === undefined) throw new Error('nothing was found');
			expect((await ledger.openIssues('all')).map(({ severity, lastRunId }) => [severity, lastRunId])).toEqual([
				['HIGH', runId],
				['HIGH', runId],
				['LOW', runId]
			]);
			expect((await ledger.openIssues('UNAUTHORIZED_ACCESS')).map(({ id }) => id)).toEqual([claimed.id]);
			await ledger.claimIssue(claimed.id, claimed.planHash, 'ada', runId, 60);
			expect(await ledger.openIssues('UNAUTHORIZED_ACCESS')).toEqual([]);
		});

		it('tells what the newest whole run over everybody saw', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.newestReading()).toBeNull();
			const { runId } = await run(ledger, minute(0), [], { roleHolders: 17, payingCustomers: 12 });
			const one = (await ledger.startRun(runStart(minute(1), { onlyMember: snowflake() }))) as string;
			await ledger.completeRun(one, { issuesFixed: 0, hold: null, at: minute(1) });
			const failed = (await ledger.startRun(runStart(minute(2)))) as string;
			await ledger.failRun(failed, { reason: 'Stripe is away.', issuesFixed: 0, at: minute(2) });
			expect(await ledger.newestReading()).toEqual({ runId, roleHolders: 17, payingCustomers: 12 });
		});

		it('is left alone by a run over one person, but for that person', async () => {
			const { ledger } = ledgerOf(database());
			const [ada, bob] = [snowflake(), snowflake()];
			await run(ledger, minute(0), [drift(ada), drift(bob)]);
			const one = (await ledger.startRun(runStart(minute(1), { onlyMember: ada }))) as string;
			await ledger.recordFindings(one, { detection: detection([]), livemode: true, subscriptionsRead: 1, at: minute(1), onlyMember: ada });
			expect((await ledger.openIssues('all')).map(({ discordId }) => discordId)).toEqual([bob]);
		});
	});

	describe('the audit log', () => {
		it('only grows: the database itself refuses to change or delete a row', async () => {
			const { prisma } = database();
			const { id } = await prisma.auditLog.create({ data: { actor: 'ada', action: 'pause', outcome: 'DONE' } });
			await expect(prisma.auditLog.delete({ where: { id } })).rejects.toThrow(/only grows/);
			await expect(prisma.auditLog.update({ where: { id }, data: { actor: 'bob' } })).rejects.toThrow(/only grows/);
			expect(await prisma.auditLog.findUnique({ where: { id } })).toMatchObject({ actor: 'ada' });
		});
	});
}
