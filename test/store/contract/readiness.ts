import { describe, expect, it } from 'vitest';
import { planHash } from '../../../src/reconciliation/detection/role-plan.js';
import type { OpenIssue } from '../../../src/reconciliation/domain/issue.js';
import type { Database } from '../../../src/store/connection/database.js';
import { drift, ledgerOf, minute, run, runStart, snowflake, unpaid } from '../builders.js';

export function readinessContract(database: () => Database): void {
	describe('readiness', () => {
		it('reads the completed runs of the time with what they counted, oldest first', async () => {
			const { ledger } = ledgerOf(database());
			await run(ledger, minute(-10), [drift(snowflake())]);
			const first = await run(ledger, minute(0), [drift(snowflake())]);
			await ledger.failRun((await ledger.startRun(runStart(minute(1)))) as string, { reason: 'No.', issuesFixed: 0, at: minute(1) });
			await ledger.completeRun((await ledger.startRun(runStart(minute(2), { isVerificationRun: true }))) as string, {
				issuesFixed: 0,
				hold: null,
				at: minute(2)
			});
			const second = await run(ledger, minute(3), []);
			const runs = await ledger.replayRuns(minute(-5));
			expect(runs).toEqual([
				{
					runId: first.runId,
					startedAt: minute(0),
					completedAt: minute(0),
					onlyMember: null,
					onlyMembers: null,
					issuesFound: 1,
					livemode: true,
					subscriptionsRead: 50,
					payingCustomers: 30,
					comparablePayers: null,
					roleHolders: 20,
					hasUnacceptedRules: false,
					isOnboarding: false,
					isReleased: false
				},
				expect.objectContaining({ runId: second.runId, issuesFound: 0 })
			]);
		});

		it('reads the issues as the run found them, with the effect', async () => {
			const { ledger } = ledgerOf(database());
			const person = snowflake();
			const { runId } = await run(ledger, minute(0), [unpaid(person), { ...drift(snowflake()), byRuleChange: true }]);
			await run(ledger, minute(5), [drift(person)]);
			const issues = await ledger.issuesOfRun(runId);
			expect(issues.map(({ effect, byRuleChange }) => [effect, byRuleChange])).toEqual([
				['removes', undefined],
				['grants', true]
			]);
			expect(issues[0]).toMatchObject({
				discordId: person,
				planHash: planHash(unpaid(person)),
				plan: unpaid(person).plan,
				discordRoles: ['Lord'],
				linked: true,
				cameBackAt: null
			});
			expect(await ledgerOf(database()).ledger.issuesOfRun(runId)).toEqual([]);
		});

		it('reads what happened to issues', async () => {
			const { ledger } = ledgerOf(database());
			const { found, runId } = await run(ledger, minute(0), [drift(snowflake()), drift(snowflake()), drift(snowflake())]);
			const [fixed, ignored, open] = found as [OpenIssue, OpenIssue, OpenIssue];
			const claim = await ledger.claimIssue(fixed.id, fixed.planHash, '42', runId, 60);
			if (claim.kind !== 'claimed') throw new Error(claim.kind);
			const end = { outcome: 'FIXED', rolesBefore: [], rolesAfter: ['Knight'], error: null, at: minute(5) } as const;
			await ledger.endAttempt(claim.claim.attemptId, end);
			await ledger.exempt({ discordId: ignored.discordId, reason: 'founder', until: null, actor: '43' }, minute(6));
			const fates = await ledger.fatesOf([fixed.id, ignored.id, open.id, 'none']);
			expect(fates.size).toBe(3);
			expect(fates.get(fixed.id)).toMatchObject({
				status: 'FIXED',
				attempts: [{ id: claim.claim.attemptId, actor: '42', planHash: fixed.planHash, outcome: 'FIXED', at: minute(5), undoes: null }]
			});
			expect(fates.get(ignored.id)).toMatchObject({ status: 'RESOLVED', settledBy: '43', settledAt: minute(6), attempts: [] });
			expect(fates.get(open.id)).toMatchObject({ status: 'OPEN', settledAt: null, attempts: [] });
		});
	});
}
