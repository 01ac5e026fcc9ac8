import { describe, expect, it } from 'vitest';
import type { DriftIssue, OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import type { AttemptEnd } from '../../../src/reconciliation/domain/ports.js';
import type { Verified } from '../../../src/reconciliation/domain/run.js';
import type { Database } from '../../../src/store/connection/database.js';
import { drift, ledgerOf, minute, oneIssue, run, runStart, snowflake, unpaid } from '../builders.js';

export function verificationContract(database: () => Database): void {
	const FIXED: AttemptEnd = { outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'], error: null, at: minute(5) };

	const many = (people: number) => Array.from({ length: people }, () => drift(snowflake()));

	/** A guild in which issues are fixed at given times. */
	const scene = () => {
		const { ledger, guildId } = ledgerOf(database());
		const fixed = async (at = minute(5), issue: DriftIssue = drift(snowflake()), end: Partial<AttemptEnd> = {}) => {
			const found = await oneIssue(ledger, minute(0), issue);
			return { ...found, attemptId: await fix(found.issue, found.runId, { at, ...end }) };
		};
		const fix = async ({ id, planHash }: OpenIssue, runId: string, end: Partial<AttemptEnd> = {}) => {
			const claimed = await ledger.claimIssue(id, planHash, '42', runId, 60);
			if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
			await ledger.endAttempt(claimed.claim.attemptId, { ...FIXED, ...end });
			return claimed.claim.attemptId;
		};
		const rows = () => database().prisma.verification.findMany({ where: { guildId }, orderBy: { createdAt: 'asc' } });
		const begin = async (at: Date) => {
			const runId = (await ledger.startRun(runStart(at, { isVerificationRun: true, triggeredBy: 'verification' }))) as string;
			await ledger.beginVerification(runId, at);
			return runId;
		};
		const verifiedBy = async (runId: string) => (await ledger.fixesToVerify(runId)).fixes.map(({ attemptId }) => attemptId);
		return { ledger, guildId, fixed, fix, rows, begin, verifiedBy };
	};

	describe('verifications', () => {
		it('are due an hour after the first fix, and shared by later ones', async () => {
			const { ledger, fix, rows } = scene();
			const { found, runId } = await run(ledger, minute(0), many(4));
			await Promise.all(found.map((issue, index) => fix(issue, runId, { at: minute(5 + index * 9) })));
			const [only, ...more] = await rows();
			expect(more).toEqual([]);
			expect(only).toMatchObject({ doneAt: null, runId: null });
			const due = only?.dueAt ?? minute(0);
			expect(await ledger.verificationDue(new Date(due.getTime() - 1))).toBe(false);
			expect(await ledger.verificationDue(due)).toBe(true);
		});

		it('are opened by fixes only, each joining once', async () => {
			const { fixed, rows, ledger } = scene();
			for (const outcome of ['FAILED', 'RESOLVED', 'EXEMPT', 'NOT_APPLIED', 'INTERRUPTED'] as const)
				await fixed(minute(5), undefined, { outcome });
			expect(await rows()).toEqual([]);
			expect(await ledger.verificationDue(minute(9999))).toBe(false);
		});

		it('accept no fix once started: later fixes join the next one', async () => {
			const { ledger, fixed, begin, verifiedBy, rows } = scene();
			const first = await fixed(minute(5));
			const runId = await begin(minute(70));
			const [late, later] = [await fixed(minute(71)), await fixed(minute(72))];
			expect(await verifiedBy(runId)).toEqual([first.attemptId]);
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(73), verified: { fixes: [], reports: [] } });
			expect(await ledger.verificationDue(minute(80))).toBe(false);
			expect(await ledger.verificationDue(minute(131))).toBe(true);
			expect(await verifiedBy(await begin(minute(131)))).toEqual([late.attemptId, later.attemptId]);
			expect(await rows()).toHaveLength(2);
		});

		it('contain every fix exactly once when fixes and the start of a run coincide', async () => {
			const { ledger, fixed, begin, verifiedBy } = scene();
			await fixed(minute(5));
			const { found, runId: from } = await run(ledger, minute(6), many(8));
			const claims = await Promise.all(found.map(({ id, planHash }) => ledger.claimIssue(id, planHash, '42', from, 60)));
			const attempts = claims.flatMap((claim) => (claim.kind === 'claimed' ? [claim.claim.attemptId] : []));
			expect(attempts).toHaveLength(8);
			const [runId] = await Promise.all([begin(minute(70)), ...attempts.map((id) => ledger.endAttempt(id, { ...FIXED, at: minute(69) }))]);
			const next = await begin(minute(9999));
			const all = [...(await verifiedBy(runId as string)), ...(await verifiedBy(next))];
			expect(all.filter((id) => attempts.includes(id)).sort()).toEqual([...attempts].sort());
		});

		it('stay due after their run was killed, and are done by the next', async () => {
			const { ledger, fixed, begin, verifiedBy, rows } = scene();
			const { attemptId } = await fixed();
			await begin(minute(70));
			expect(await ledger.verificationDue(minute(70))).toBe(true);
			const runId = await begin(minute(71));
			expect(await verifiedBy(runId)).toEqual([attemptId]);
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(72), verified: { fixes: [], reports: [] } });
			expect(await ledger.verificationDue(minute(9999))).toBe(false);
			expect(await rows()).toMatchObject([{ pendingKey: null, runId, doneAt: minute(72) }]);
		});

		it('are due again at the postponed time after their run failed', async () => {
			const { ledger, fixed, begin } = scene();
			await fixed();
			const runId = await begin(minute(70));
			await ledger.failRun(runId, { reason: 'Stripe is away.', issuesFixed: 0, at: minute(71) });
			await ledger.postponeVerification(runId, minute(130));
			expect(await ledger.verificationDue(minute(129))).toBe(false);
			expect(await ledger.verificationDue(minute(130))).toBe(true);
		});

		it('return the newest fix of each member, its change, and the reports involved', async () => {
			const { ledger, fixed, fix, begin } = scene();
			const { runId, issue } = await fixed(minute(5));
			const other = await fixed(minute(6), unpaid(snowflake()), { rolesBefore: ['Lord'], rolesAfter: [] });
			await ledger.setReportMessage(runId, 'channel', 'first', minute(1));
			await ledger.setReportMessage(other.runId, 'channel', 'second', minute(1));
			const { runId: again, found } = await run(ledger, minute(10), [drift(issue.discordId, { discordName: 'grace' })]);
			const newest = await fix(found[0] as OpenIssue, again, { at: minute(11) });
			expect(await ledger.fixesToVerify(await begin(minute(70)))).toEqual({
				fixes: [
					{
						attemptId: other.attemptId,
						discordId: other.issue.discordId,
						discordName: other.issue.discordName,
						change: { add: [], remove: ['Lord'] }
					},
					{ attemptId: newest, discordId: issue.discordId, discordName: 'grace', change: { add: ['Knight'], remove: [] } }
				],
				reports: expect.arrayContaining([
					{ runId: other.runId, channelId: 'channel', messageId: 'second' },
					{ runId, channelId: 'channel', messageId: 'first' }
				])
			});
		});

		it('are done without a run when all their fixes are undone', async () => {
			const { ledger, fixed, rows } = scene();
			const { attemptId } = await fixed();
			const claimed = await ledger.claimUndo({
				fixId: attemptId,
				actor: '42',
				seconds: 60,
				at: minute(20),
				exemptUntil: minute(2000),
				reason: 'undo'
			});
			if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
			await ledger.endAttempt(claimed.claim.attemptId, {
				outcome: 'UNDONE',
				rolesBefore: ['Knight'],
				rolesAfter: [],
				error: null,
				at: minute(21)
			});
			expect(await ledger.verificationDue(minute(70))).toBe(false);
			expect(await rows()).toMatchObject([{ pendingKey: null, doneAt: minute(70) }]);
		});

		it('are stored with their verdicts in the report of their run', async () => {
			const { ledger, fixed, begin } = scene();
			const { attemptId, issue, runId: from } = await fixed();
			const runId = await begin(minute(70));
			const verified: Verified = {
				fixes: [
					{
						attemptId,
						discordId: issue.discordId,
						discordName: issue.discordName,
						change: issue.plan,
						outcome: 'NOT_JUDGED',
						notJudged: 'EXEMPT'
					}
				],
				reports: [{ runId: from, channelId: 'channel', messageId: 'message' }]
			};
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(71), verified });
			expect((await ledger.readReport(runId))?.result.verified).toEqual(verified);
		});

		it('belong to one guild', async () => {
			const { fixed, begin, verifiedBy } = scene();
			await fixed();
			const other = scene();
			expect(await other.ledger.verificationDue(minute(9999))).toBe(false);
			await other.begin(minute(9999));
			expect(await verifiedBy(await begin(minute(9999)))).toHaveLength(1);
		});
	});

	describe('recurring drift', () => {
		const stored = (id: string) => database().prisma.issue.findUniqueOrThrow({ where: { id }, include: { attempts: true } });

		it('reopens the issue, with its history, within a week of the fix', async () => {
			const { ledger, fixed, fix } = scene();
			const { issue, attemptId } = await fixed();
			const week = 5 + 7 * 1440;
			const { runId, found } = await run(ledger, minute(week), [drift(issue.discordId, { description: 'Again.' })]);
			expect(found).toMatchObject([
				{ id: issue.id, firstSeenAt: minute(0), timesSeen: 2, cameBackAt: minute(week), description: 'Again.' }
			]);
			expect(await stored(issue.id)).toMatchObject({ status: 'OPEN', settledAt: null, lastRunId: runId, attempts: [{ id: attemptId }] });
			expect((await ledger.issueStates([issue.id])).get(issue.id)).toMatchObject({
				status: 'OPEN',
				cameBackAt: minute(week),
				lastAttempt: { id: attemptId, outcome: 'FIXED', undoes: null }
			});
			expect((await ledger.readReport(runId))?.result.issues).toEqual(found);
			await fix(found[0] as OpenIssue, runId, { at: minute(week + 1) });
			expect(await stored(issue.id)).toMatchObject({ status: 'FIXED', liveKey: null });
		});

		it('opens a new issue later, for another kind, or after the drift went away by itself', async () => {
			const { ledger, fixed } = scene();
			const [old, other] = [await fixed(), await fixed(minute(6))];
			const gone = await oneIssue(ledger, minute(7));
			await run(ledger, minute(8), []);
			const { found } = await run(ledger, minute(9), [unpaid(other.issue.discordId), drift(gone.issue.discordId)]);
			const late = await run(ledger, minute(6 + 7 * 1440), [drift(old.issue.discordId)]);
			for (const issue of [...found, ...late.found]) expect(issue).toMatchObject({ timesSeen: 1, cameBackAt: null });
			for (const { issue } of [old, other]) expect(await stored(issue.id)).toMatchObject({ status: 'FIXED' });
			expect(await stored(gone.issue.id)).toMatchObject({ status: 'RESOLVED' });
		});
	});
}
