import { describe, expect, it } from 'vitest';
import type { FixOutcome } from '../../../src/reconciliation/domain/issue.js';
import { writeAudit } from '../../../src/store/audit.js';
import type { Database } from '../../../src/store/connection/database.js';
import { drift, ledgerOf, minute, oneIssue, snowflake } from '../builders.js';

export function memberHistoryContract(database: () => Database): void {
	describe('member history', () => {
		const fixed = async (outcome: FixOutcome = 'FIXED') => {
			const { ledger, guildId } = ledgerOf(database());
			const { runId, issue } = await oneIssue(ledger);
			const claim = await ledger.claimIssue(issue.id, issue.planHash, 'ada', runId, 60);
			if (claim.kind !== 'claimed') throw new Error(claim.kind);
			const { attemptId } = claim.claim;
			await ledger.endAttempt(attemptId, { outcome, rolesBefore: [], rolesAfter: ['Knight'], error: null, at: minute(5) });
			return { ledger, guildId, issue, attemptId };
		};
		const undo = (issueId: string, undoes: string, outcome: string | null) =>
			database().prisma.fixAttempt.create({
				data: { issueId, actor: 'bob', planHash: '00000000', add: [], remove: [], claimExpires: minute(9), undoes, outcome }
			});

		it('returns the issue that is open or being fixed, and null once it is settled', async () => {
			const { ledger } = ledgerOf(database());
			const { runId, issue } = await oneIssue(ledger);
			expect(await ledger.liveIssueOf(issue.discordId)).toEqual({ ...issue, status: 'OPEN' });
			expect(await ledgerOf(database()).ledger.liveIssueOf(issue.discordId)).toBeNull();
			const claim = await ledger.claimIssue(issue.id, issue.planHash, 'ada', runId, 60);
			expect(await ledger.liveIssueOf(issue.discordId)).toMatchObject({ id: issue.id, status: 'FIXING' });
			if (claim.kind !== 'claimed') throw new Error(claim.kind);
			const end = { outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'], error: null, at: minute(1) } as const;
			await ledger.endAttempt(claim.claim.attemptId, end);
			expect(await ledger.liveIssueOf(issue.discordId)).toBeNull();
			expect(await ledger.subjectOf(issue.id)).toMatchObject({ discordId: issue.discordId, settled: true });
			expect(await ledgerOf(database()).ledger.subjectOf(issue.id)).toBeNull();
		});

		it('returns the newest changes first, and the total count', async () => {
			const { ledger, guildId, issue, attemptId } = await fixed();
			const entry = { subject: issue.discordId, actor: 'bob', outcome: 'DONE', before: null, after: null, detail: null, attemptId: null };
			await database().prisma.$transaction(async (transaction) => {
				await writeAudit(transaction, guildId, [
					{ ...entry, at: minute(6), action: 'link', after: { customerId: 'cus_1' } },
					{ ...entry, at: minute(7), action: 'exempt', after: { reason: 'founder' }, detail: 'for now' },
					{ ...entry, at: minute(8), action: 'exempt', subject: snowflake() }
				]);
				await writeAudit(transaction, snowflake(), [{ ...entry, at: minute(9), action: 'exempt' }]);
			});
			const { newest, total } = await ledger.changesOf(issue.discordId, 2);
			expect(total).toBe(3);
			expect(newest).toEqual([
				expect.objectContaining({ at: minute(7), action: 'exempt', before: null, after: { reason: 'founder' }, detail: 'for now' }),
				expect.objectContaining({ at: minute(6), action: 'link', attemptId: null })
			]);
			expect((await ledger.changesOf(issue.discordId, 10)).newest.at(-1)).toEqual({
				at: minute(5),
				actor: 'ada',
				action: 'fix',
				subject: issue.discordId,
				before: [],
				after: ['Knight'],
				outcome: 'FIXED',
				detail: null,
				attemptId
			});
		});

		it('returns the fix that can be undone, also after a failed undo', async () => {
			const { ledger, issue, attemptId } = await fixed();
			expect(await ledger.undoableOf(issue.discordId)).toBe(attemptId);
			expect(await ledgerOf(database()).ledger.undoableOf(issue.discordId)).toBeNull();
			await undo(issue.id, attemptId, 'FAILED');
			expect(await ledger.undoableOf(issue.discordId)).toBe(attemptId);
			const underWay = await undo(issue.id, attemptId, null);
			expect(await ledger.undoableOf(issue.discordId)).toBeNull();
			await database().prisma.fixAttempt.update({ where: { id: underWay.id }, data: { outcome: 'UNDONE' } });
			expect(await ledger.undoableOf(issue.discordId)).toBeNull();
		});

		it('returns no fix to undo when the newest one failed', async () => {
			const { ledger, issue } = await fixed('FAILED');
			expect(await ledger.undoableOf(issue.discordId)).toBeNull();
			expect(await ledger.undoableOf(drift(snowflake()).discordId)).toBeNull();
		});
	});
}
