import { describe, expect, it } from 'vitest';
import type { AttemptEnd, ClaimResult } from '../../../src/reconciliation/domain/ports.js';
import type { Database } from '../../../src/store/connection/database.js';
import { ledgerOf, oneIssue } from '../builders.js';

export function halfDoneContract(database: () => Database): void {
	const ended = (outcome: AttemptEnd['outcome'], changes: Partial<AttemptEnd> = {}): AttemptEnd => ({
		outcome,
		rolesBefore: ['Debtor'],
		rolesAfter: ['Debtor', 'Knight'],
		error: null,
		at: new Date(),
		...changes
	});
	const untouched = ended('INTERRUPTED', { rolesBefore: null });
	const attemptOf = (result: ClaimResult) => {
		if (result.kind !== 'claimed') throw new Error(result.kind);
		return result.claim.attemptId;
	};
	/** An open issue, and a function that makes an attempt at it. */
	const scene = async () => {
		const { ledger } = ledgerOf(database());
		const { issue, runId } = await oneIssue(ledger);
		const attempt = async (end: AttemptEnd | null, actor = '42') => {
			const id = attemptOf(await ledger.claimIssue(issue.id, issue.planHash, actor, runId, 60));
			if (end !== null) await ledger.endAttempt(id, end);
			return id;
		};
		return { ledger, issue, runId, attempt };
	};

	describe('halfDoneFixes', () => {
		it('lists a fix that was interrupted after it may have changed roles, in its own guild only', async () => {
			const { ledger, issue, runId, attempt } = await scene();
			await attempt(ended('INTERRUPTED'));
			expect(await ledger.halfDoneFixes()).toEqual([{ issueId: issue.id, planHash: issue.planHash, actor: '42', runId }]);
			expect(await ledgerOf(database()).ledger.halfDoneFixes()).toEqual([]);
			await attempt(untouched);
			await attempt(untouched);
			expect(await ledger.halfDoneFixes()).toHaveLength(1);
		});

		it('leaves out a fix that changed nothing, is in progress, was tried again, or is older than an hour', async () => {
			const changedNothing = await scene();
			await changedNothing.attempt(untouched);
			const inProgress = await scene();
			await inProgress.attempt(ended('INTERRUPTED'));
			await inProgress.attempt(null);
			const triedAgain = await scene();
			await triedAgain.attempt(ended('INTERRUPTED'));
			await triedAgain.attempt(ended('FAILED'));
			const old = await scene();
			const id = await old.attempt(ended('INTERRUPTED'));
			await database().prisma.fixAttempt.update({ where: { id }, data: { startedAt: new Date(Date.now() - 3_700_000) } });
			for (const { ledger } of [changedNothing, inProgress, triedAgain, old]) expect(await ledger.halfDoneFixes()).toEqual([]);
		});

		it('leaves a fix to its bulk fix until that has ended', async () => {
			const { ledger, issue, runId, attempt } = await scene();
			const bulk = { runId, scope: 'all', actor: '42', actorName: 'grace', issues: [{ id: issue.id, planHash: issue.planHash }] } as const;
			const bulkId = await ledger.startBulk(bulk, 'holder', 60);
			await attempt(ended('INTERRUPTED'));
			expect(await ledger.halfDoneFixes()).toEqual([]);
			await ledger.endBulk(bulkId, new Date());
			expect(await ledger.halfDoneFixes()).toHaveLength(1);
		});

		it('leaves an automatic fix to its run until that has ended', async () => {
			const { ledger, runId, attempt } = await scene();
			await database().prisma.reconciliationRun.update({ where: { id: runId }, data: { status: 'RUNNING' } });
			await ledger.acquireLease('holder', 60);
			await attempt(ended('INTERRUPTED'), 'reeve');
			expect(await ledger.halfDoneFixes()).toEqual([]);
			// As that of a stopped process expires.
			await ledger.releaseLease('holder');
			expect(await ledger.halfDoneFixes()).toHaveLength(1);
		});
	});

	describe('halfDoneUndos', () => {
		/** A fix, and an undo of it. */
		const undone = async (end: AttemptEnd | null) => {
			const given = await scene();
			const fixId = await given.attempt(ended('FIXED', { rolesBefore: ['Debtor'], rolesAfter: ['Knight'] }));
			const undo = async (undoEnd: AttemptEnd | null) => {
				const order = {
					fixId,
					actor: '7',
					seconds: 60,
					at: new Date(),
					exemptUntil: new Date(Date.now() + 3_600_000),
					reason: 'Undo by grace'
				};
				const claimed = await given.ledger.claimUndo(order);
				if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
				if (undoEnd !== null) await given.ledger.endAttempt(claimed.claim.attemptId, undoEnd);
			};
			await undo(end);
			return { ...given, fixId, undo };
		};
		const halfway = ended('INTERRUPTED', { rolesBefore: ['Knight'], rolesAfter: ['Debtor', 'Knight'] });

		it('lists an undo that was interrupted after it may have changed roles, with the reason of its exemption', async () => {
			const { ledger, fixId, undo } = await undone(halfway);
			const order = { attemptId: fixId, actor: '7', exemptionReason: 'Undo by grace' };
			expect(await ledger.halfDoneUndos()).toEqual([order]);
			expect(await ledger.halfDoneFixes()).toEqual([]);
			await undo(untouched);
			expect(await ledger.halfDoneUndos()).toEqual([order]);
			await undo(ended('UNDONE', { rolesBefore: ['Debtor', 'Knight'], rolesAfter: ['Debtor'] }));
			expect(await ledger.halfDoneUndos()).toEqual([]);
		});

		it('leaves out an undo that changed nothing or is in progress', async () => {
			for (const end of [untouched, null]) expect(await (await undone(end)).ledger.halfDoneUndos()).toEqual([]);
		});

		it('leaves out an undo whose exemption an operator has replaced', async () => {
			const { ledger, issue } = await undone(halfway);
			await ledger.exempt({ discordId: issue.discordId, reason: 'guest', until: null, actor: '8' }, new Date());
			expect(await ledger.halfDoneUndos()).toEqual([]);
		});
	});
}
