import { describe, expect, it } from 'vitest';
import type { DriftIssue, OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import type { Onboarding } from '../../../src/reconciliation/domain/onboarding.js';
import type { Ledger, RunStart } from '../../../src/reconciliation/domain/ports.js';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, runStart, snowflake, unpaid } from '../builders.js';

const NONE = { fixed: 0, undone: 0, ignored: 0, gone: 0 };

export function newsContract(database: () => Database): void {
	const findIn = async (
		ledger: Ledger,
		at: number,
		start: Partial<RunStart>,
		issues: readonly DriftIssue[] = [],
		onboarding: Onboarding | null = null
	) => {
		const runId = (await ledger.startRun(runStart(minute(at), start))) as string;
		const findings = { detection: detection(issues), livemode: true, subscriptionsRead: 50, at: minute(at), ...start, onboarding };
		return { runId, found: await ledger.recordFindings(runId, findings) };
	};
	const complete = (ledger: Ledger, runId: string, at: number) => ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(at) });
	const daily = (day: number) => ({ triggeredBy: 'scheduled', scheduledDay: `2026-02-0${day}` }) as const;

	describe('the run that news are compared with', () => {
		it('is the newest daily one that completed, or, for a manual run, the newest of both', async () => {
			const { ledger } = ledgerOf(database());
			const reported = async (at: number, start: Partial<RunStart>) => complete(ledger, (await findIn(ledger, at, start)).runId, at + 1);
			expect([await ledger.lastReported(true), await ledger.lastReported(false)]).toEqual([null, null]);
			await reported(0, { triggeredBy: 'manual' });
			expect(await ledger.lastReported(true)).toEqual({ startedAt: minute(0), completedAt: minute(1) });
			await reported(10, daily(1));
			await reported(20, { triggeredBy: 'manual' });
			await reported(30, { triggeredBy: 'targeted', onlyMembers: ['1'] });
			await reported(40, { triggeredBy: 'targeted' });
			await reported(50, { triggeredBy: 'manual', onlyMember: '1' });
			await reported(60, { triggeredBy: 'verification', isVerificationRun: true });
			const { runId: failed } = await findIn(ledger, 70, daily(2));
			await ledger.failRun(failed, { reason: 'Stripe is down.', issuesFixed: 0, at: minute(71) });
			await findIn(ledger, 80, daily(3));
			expect(await ledger.lastReported(true)).toEqual({ startedAt: minute(10), completedAt: minute(11) });
			expect(await ledger.lastReported(false)).toEqual({ startedAt: minute(20), completedAt: minute(21) });
			expect(await ledgerOf(database()).ledger.lastReported(true)).toBeNull();
		});

		it('is none whose report listed no issues because setup was not finished', async () => {
			const { ledger } = ledgerOf(database());
			const onboarding = { reasons: ['links'], losing: 3 } as unknown as Onboarding;
			const { runId } = await findIn(ledger, 0, daily(1), [drift(snowflake())], onboarding);
			await complete(ledger, runId, 1);
			expect(await ledger.lastReported(true)).toBeNull();
		});
	});

	it('issues that were settled after a run are counted by how', async () => {
		const { ledger } = ledgerOf(database());
		const [kept, gone, fixed, ignored, changed] = Array.from({ length: 5 }, () => drift(snowflake())) as [
			DriftIssue,
			DriftIssue,
			DriftIssue,
			DriftIssue,
			DriftIssue
		];
		const { runId, found } = await findIn(ledger, 0, daily(1), [kept, gone, fixed, ignored, changed]);
		const fix = async ({ discordId }: DriftIssue, at: number) => {
			const issue = found.find((each) => each.discordId === discordId) as OpenIssue;
			const claimed = await ledger.claimIssue(issue.id, issue.planHash, 'ada', runId, 30);
			if (claimed.kind !== 'claimed') throw new Error(claimed.kind);
			const end = { outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'], error: null, at: minute(at) } as const;
			await ledger.endAttempt(claimed.claim.attemptId, end);
		};
		await complete(ledger, runId, 1);
		const day1 = { startedAt: minute(0), completedAt: minute(1) };
		expect(await ledger.countSettledSince(day1)).toEqual(NONE);
		await fix(fixed, 2);
		await ledger.exempt({ discordId: ignored.discordId, reason: 'Founder', actor: 'ada', until: null }, minute(3));
		const later = drift(snowflake());
		const { runId: next } = await findIn(ledger, 60, daily(2), [kept, unpaid(changed.discordId), later]);
		await complete(ledger, next, 61);
		expect(await ledger.countSettledSince(day1)).toEqual({ ...NONE, fixed: 1, ignored: 1, gone: 1 });
		const { runId: third } = await findIn(ledger, 120, daily(3), []);
		await complete(ledger, third, 121);
		expect(await ledger.countSettledSince({ startedAt: minute(60), completedAt: minute(61) })).toEqual({ ...NONE, gone: 3 });
		expect(await ledgerOf(database()).ledger.countSettledSince(day1)).toEqual(NONE);
	});

	it('the news of a run are kept with its report and in the history', async () => {
		const { ledger } = ledgerOf(database());
		const { runId } = await findIn(ledger, 10, daily(1));
		const news = { since: minute(0), counts: { new: 1, back: 0, known: 2 }, settled: { ...NONE, fixed: 4 } };
		await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(11), news });
		expect((await ledger.readReport(runId))?.result.news).toEqual(news);
		expect((await ledger.findRun(runId))?.news).toEqual(news);
	});
}
