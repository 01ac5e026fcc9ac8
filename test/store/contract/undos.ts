import { describe, expect, it } from 'vitest';
import type { OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import type { AttemptEnd } from '../../../src/reconciliation/domain/ports.js';
import type { Database } from '../../../src/store/connection/database.js';
import { auditOf } from '../audit.js';
import { drift, ledgerOf, minute, oneIssue, run, snowflake } from '../builders.js';

export function undoContract(database: () => Database): void {
	const FIXED: AttemptEnd = { outcome: 'FIXED', rolesBefore: ['Debtor'], rolesAfter: ['Knight'], error: null, at: minute(5) };
	const UNDONE: AttemptEnd = { outcome: 'UNDONE', rolesBefore: ['Knight'], rolesAfter: ['Debtor'], error: null, at: minute(11) };

	/** A fixed member, and functions to undo the fix. */
	const scene = async (end: Partial<AttemptEnd> = {}) => {
		const { ledger, guildId } = ledgerOf(database());
		const { issue, runId } = await oneIssue(ledger);
		const fix = async (given: OpenIssue, from: string, ending: Partial<AttemptEnd> = {}) => {
			const claimed = await ledger.claimIssue(given.id, given.planHash, '42', from, 60);
			if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
			await ledger.endAttempt(claimed.claim.attemptId, { ...FIXED, ...ending });
			return claimed.claim.attemptId;
		};
		const fixId = await fix(issue, runId, end);
		const undo = (actor = '42', seconds = 60, id = fixId) =>
			ledger.claimUndo({ fixId: id, actor, seconds, at: minute(10), exemptUntil: minute(1510), reason: 'Undo by grace' });
		const claimed = async (...given: Parameters<typeof undo>) => {
			const result = await undo(...given);
			if (result.kind !== 'claimed') throw new Error(result.kind);
			return result.claim;
		};
		const status = async () => (await database().prisma.issue.findUniqueOrThrow({ where: { id: issue.id } })).status;
		const state = async () => (await ledger.issueStates([issue.id])).get(issue.id);
		const exemptions = () => database().prisma.exemption.findMany({ where: { discordId: issue.discordId } });
		const audit = () => auditOf(database(), { subject: issue.discordId });
		return { ledger, guildId, issue, runId, fix, fixId, undo, claimed, status, state, exemptions, audit };
	};

	describe('claimUndo', () => {
		it('grants one of ten concurrent claims, with one exemption, and names its holder to the others', async () => {
			const { undo, exemptions, issue } = await scene();
			const results = await Promise.all(Array.from({ length: 10 }, (_, index) => undo(`${index}`)));
			const winners = results.flatMap((result, index) => (result.kind === 'claimed' ? [`${index}`] : []));
			expect(winners).toHaveLength(1);
			for (const other of results.filter(({ kind }) => kind !== 'claimed'))
				expect(other).toMatchObject({ kind: 'busy', actor: winners[0] });
			expect(await exemptions()).toMatchObject([
				{ discordId: issue.discordId, reason: 'Undo by grace', createdBy: winners[0], createdAt: minute(10), expiresAt: minute(1510) }
			]);
		});

		it('returns the roles after the fix and the plan of the undo, stored before a role changes', async () => {
			const { claimed, fixId, issue, state, runId } = await scene();
			const claim = await claimed('43');
			expect(claim).toEqual({
				attemptId: claim.attemptId,
				issueId: issue.id,
				left: ['Knight'],
				plan: { add: ['Debtor'], remove: ['Knight'] },
				interrupted: false
			});
			const attempt = await database().prisma.fixAttempt.findUniqueOrThrow({ where: { id: claim.attemptId } });
			expect(attempt).toMatchObject({ undoes: fixId, runId, actor: '43', add: ['Debtor'], remove: ['Knight'], outcome: null });
			expect(await state()).toMatchObject({ status: 'FIXING', fixingBy: '43', lastAttempt: { id: claim.attemptId, undoes: fixId } });
		});

		it('excludes a claim to fix, and is excluded by one', async () => {
			const { ledger, issue, undo, claimed } = await scene();
			const { found, runId } = await run(ledger, minute(8), [drift(issue.discordId, { type: 'ROLE_MISMATCH' })]);
			const other = found[0] as OpenIssue;
			const fix = await ledger.claimIssue(other.id, other.planHash, '7', runId, 60);
			expect(await undo()).toMatchObject({ kind: 'busy', actor: '7' });
			if (fix.kind === 'claimed') await ledger.endAttempt(fix.claim.attemptId, { ...FIXED, outcome: 'FAILED' });
			await claimed();
			// A fix claimed now reads the exemption before it changes a role.
			expect((await ledger.readLinksOf([issue.discordId], [])).exemptions).toHaveLength(1);
		});

		it('refuses an attempt that is not a fix, not the newest, or has unknown roles', async () => {
			const { ledger, issue, fix, fixId, undo, exemptions } = await scene();
			expect(await undo('42', 60, 'nothing')).toEqual({ kind: 'unknown' });
			expect(await ledgerOf(database()).ledger.claimUndo({ ...ORDER, fixId })).toEqual({ kind: 'unknown' });
			const { found, runId } = await run(ledger, minute(8), [drift(issue.discordId)]);
			const failed = await fix(found[0] as OpenIssue, runId, { outcome: 'FAILED' });
			expect(await undo('42', 60, failed)).toMatchObject({ kind: 'refused', why: 'NO_FIX' });
			const newer = await fix(found[0] as OpenIssue, runId, { at: minute(9), rolesAfter: null });
			expect(await undo()).toMatchObject({ kind: 'refused', why: 'NOT_NEWEST' });
			expect(await undo('42', 60, newer)).toMatchObject({ kind: 'refused', why: 'ROLES_UNKNOWN' });
			expect(await exemptions()).toEqual([]);
			const idle = await scene({ rolesBefore: ['Knight'] });
			expect(await idle.undo()).toMatchObject({ kind: 'refused', why: 'NO_FIX' });
		});
	});

	describe('end of an undo', () => {
		it('resolves the issue in the name of the operator, keeps the exemption, and writes an audit entry', async () => {
			const { ledger, issue, claimed, undo, state, audit, exemptions, fixId, runId } = await scene();
			const { attemptId } = await claimed('43');
			await ledger.endAttempt(attemptId, UNDONE);
			expect(await database().prisma.issue.findUniqueOrThrow({ where: { id: issue.id } })).toMatchObject({
				status: 'RESOLVED',
				settledBy: '43',
				settledAt: minute(11),
				liveKey: null
			});
			expect(await state()).toMatchObject({
				status: 'RESOLVED',
				lastAttempt: { id: attemptId, undoes: fixId, actor: '43', outcome: 'UNDONE', exemptUntil: minute(1510) }
			});
			expect(await exemptions()).toMatchObject([{ expiresAt: minute(1510) }]);
			expect(await audit()).toMatchObject([
				{ action: 'fix', actor: '42' },
				{ action: 'exempt', actor: '43', attemptId, after: { reason: 'Undo by grace' } },
				{ action: 'undo', actor: '43', attemptId, before: ['Knight'], after: ['Debtor'], outcome: 'UNDONE' }
			]);
			expect(await undo('44')).toEqual({
				kind: 'undone',
				subject: { discordId: issue.discordId, discordName: issue.discordName },
				actor: '43',
				at: minute(11)
			});
			expect(await ledger.claimIssue(issue.id, issue.planHash, '44', runId, 60)).toMatchObject({
				kind: 'settled',
				actor: '43',
				undone: true
			});
		});

		it('keeps the fix and ends the exemption when nothing was changed', async () => {
			for (const end of [
				{ outcome: 'PLAN_CHANGED', rolesBefore: ['Lord'], rolesAfter: ['Lord'] },
				{ outcome: 'FAILED', rolesBefore: null, rolesAfter: null },
				{ outcome: 'FAILED', rolesBefore: ['Knight'], rolesAfter: ['Knight'] }
			] as const) {
				const { ledger, claimed, status, state, exemptions, audit, fixId } = await scene();
				await ledger.endAttempt((await claimed('43')).attemptId, { ...UNDONE, ...end });
				expect(await status()).toBe('FIXED');
				expect(await exemptions()).toMatchObject([{ expiresAt: minute(11) }]);
				expect(await state()).toMatchObject({ lastAttempt: { id: fixId, actor: '42', outcome: 'FIXED' } });
				expect((await audit()).map(({ action }) => action).sort()).toEqual(['end-exemption', 'exempt', 'fix', 'undo']);
				expect((await claimed()).left).toEqual(['Knight']);
			}
		});

		it('keeps the exemption of an interrupted undo, and resumes from the roles it left', async () => {
			const { ledger, claimed, exemptions } = await scene();
			await ledger.endAttempt((await claimed()).attemptId, { ...UNDONE, outcome: 'FAILED', rolesAfter: ['Debtor', 'Knight'] });
			expect(await exemptions()).toMatchObject([{ expiresAt: minute(1510) }]);
			expect(await claimed()).toMatchObject({ left: ['Debtor', 'Knight'], plan: { add: [], remove: ['Knight'] }, interrupted: false });
		});

		it('keeps the exemption when the roles left are unknown, and marks the next undo as a resumption', async () => {
			const { ledger, claimed, exemptions } = await scene();
			await ledger.endAttempt((await claimed()).attemptId, { ...UNDONE, outcome: 'FAILED', rolesAfter: null });
			expect(await exemptions()).toMatchObject([{ expiresAt: minute(1510) }]);
			const again = await claimed();
			expect(again).toMatchObject({ left: ['Knight'], plan: { add: ['Debtor'], remove: ['Knight'] }, interrupted: true });
			await ledger.endAttempt(again.attemptId, { ...UNDONE, outcome: 'FAILED', rolesAfter: ['Debtor', 'Knight'] });
			expect(await claimed()).toMatchObject({ left: ['Debtor', 'Knight'], interrupted: false });
		});

		it('gives an undo interrupted by a crash to one process, marked as an undo', async () => {
			const { ledger, guildId, claimed, fixId } = await scene();
			const { attemptId } = await claimed('43', 0);
			const found = await Promise.all(Array.from({ length: 3 }, () => ledgerOf(database(), guildId).ledger.interruptedAttempts(60)));
			expect(found.flat()).toMatchObject([{ attemptId, actor: '43', plan: { add: ['Debtor'], remove: ['Knight'] }, undoes: fixId }]);
			expect(await ledger.renewClaim(attemptId, 60)).toBe(false);
		});
	});

	describe('undoableFixes', () => {
		it('returns the newest fix of each matching member, latest first', async () => {
			const { ledger, issue, fixId, fix } = await scene();
			const bob = drift(snowflake(), { discordName: '100% Bob_' });
			const { found, runId } = await run(ledger, minute(6), [bob]);
			const bobs = await fix(found[0] as OpenIssue, runId, { at: minute(7) });
			const all = await ledger.undoableFixes('', 25);
			expect(all.map(({ attemptId }) => attemptId)).toEqual([bobs, fixId]);
			expect(all[1]).toEqual({
				attemptId: fixId,
				discordId: issue.discordId,
				discordName: issue.discordName,
				actor: '42',
				at: minute(5),
				change: { add: ['Knight'], remove: ['Debtor'] }
			});
			const named = async (text: string) => (await ledger.undoableFixes(text, 25)).map(({ attemptId }) => attemptId);
			expect(await named('% bOB')).toEqual([bobs]);
			expect(await named(issue.discordId)).toEqual([fixId]);
			expect(await named('%')).toEqual([bobs]);
			expect(await named('unknown')).toEqual([]);
			expect(await ledger.undoableFixes('', 1)).toHaveLength(1);
			expect(await ledgerOf(database()).ledger.undoableFixes('', 25)).toEqual([]);
		});

		it('excludes fixes that are undone or being undone', async () => {
			const { ledger, claimed } = await scene();
			const { attemptId } = await claimed();
			expect(await ledger.undoableFixes('', 25)).toEqual([]);
			await ledger.endAttempt(attemptId, UNDONE);
			expect(await ledger.undoableFixes('', 25)).toEqual([]);
		});
	});
}

const ORDER = { actor: '42', seconds: 60, at: minute(10), exemptUntil: minute(1510), reason: 'undo' };
