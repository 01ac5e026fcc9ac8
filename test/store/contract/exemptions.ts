import { describe, expect, it } from 'vitest';
import type { Database } from '../../../src/store/connection/database.js';
import { auditOf } from '../audit.js';
import { drift, ledgerOf, minute, NOTICES, oneIssue, run, snowflake } from '../builders.js';

export function exemptionContract(database: () => Database): void {
	const order = (discordId: string, until: number | null = null, actor = 'ada') => ({
		discordId,
		reason: 'founder',
		until: until === null ? null : minute(until),
		actor
	});

	describe('exemptions', () => {
		it('settles the open issue in the name of the operator, with an audit entry', async () => {
			const { ledger, guildId } = ledgerOf(database());
			const { issue, runId } = await oneIssue(ledger);
			const { replaced, settledIn } = await ledger.exempt(order(issue.discordId), minute(5));
			expect([replaced, settledIn]).toEqual([[], runId]);
			expect((await ledger.issueStates([issue.id])).get(issue.id)).toMatchObject({
				status: 'RESOLVED',
				settledBy: 'ada',
				settledAt: minute(5)
			});
			expect(await ledger.claimIssue(issue.id, issue.planHash, 'bob', runId, 60)).toMatchObject({
				kind: 'settled',
				exempted: true,
				actor: 'ada'
			});
			expect(await auditOf(database(), { guildId })).toMatchObject([
				{ actor: 'ada', action: 'exempt', subject: issue.discordId, after: { reason: 'founder', expiresAt: null }, detail: 'founder' }
			]);
		});

		it('says until when an issue is ignored', async () => {
			const { ledger } = ledgerOf(database());
			const { issue } = await oneIssue(ledger);
			const state = async () => (await ledger.issueStates([issue.id])).get(issue.id);
			expect(await state()).toMatchObject({ status: 'OPEN', ignoredUntil: null });
			const { exemption } = await ledger.exempt(order(issue.discordId, 60), minute(5));
			expect(await state()).toMatchObject({ status: 'RESOLVED', settledBy: exemption.createdBy, ignoredUntil: exemption.expiresAt });
		});

		it('does not settle an issue that is being fixed', async () => {
			const { ledger } = ledgerOf(database());
			const { issue, runId } = await oneIssue(ledger);
			await ledger.claimIssue(issue.id, issue.planHash, 'bob', runId, 60);
			expect((await ledger.exempt(order(issue.discordId), minute(5))).settledIn).toBeNull();
			expect((await ledger.issueStates([issue.id])).get(issue.id)?.status).toBe('FIXING');
		});

		it('replaces an earlier exemption, also when two are granted at once', async () => {
			const { ledger } = ledgerOf(database());
			const ada = snowflake();
			await Promise.all(['ada', 'bob', 'eve'].map((actor) => ledger.exempt(order(ada, null, actor), minute(1))));
			expect((await ledger.exemptionsInForce(minute(2))).filter(({ discordId }) => discordId === ada)).toHaveLength(1);
			const { replaced } = await ledger.exempt(order(ada, 60), minute(3));
			expect(replaced).toHaveLength(1);
		});

		it('end by themselves, or once by an operator', async () => {
			const { ledger } = ledgerOf(database());
			const [ada, bob] = [snowflake(), snowflake()];
			const { exemption } = await ledger.exempt(order(ada), minute(0));
			await ledger.exempt(order(bob, 10), minute(0));
			const inForce = async (at: number) =>
				(await ledger.exemptionsInForce(minute(at)))
					.map(({ discordId }) => discordId)
					.filter((id) => [ada, bob].includes(id))
					.sort();
			expect(await inForce(9)).toEqual([ada, bob].sort());
			expect(await inForce(10)).toEqual([ada]);
			const ended = await Promise.all([1, 2, 3].map(() => ledger.endExemption(exemption.id, { actor: 'eve', at: minute(20) })));
			expect(ended.filter((each) => each !== null)).toHaveLength(1);
			expect(await inForce(20)).toEqual([]);
			expect(await ledger.endExemption('unknown', { actor: 'eve', at: minute(20) })).toBeNull();
			const log = await auditOf(database(), { subject: ada, action: 'end-exemption' });
			expect(log).toMatchObject([{ actor: 'eve', before: { reason: 'founder' } }]);
		});

		it('keep their end date in the notices of a run', async () => {
			const { ledger } = ledgerOf(database());
			const { runId } = await run(ledger, minute(0), [drift(snowflake())]);
			const { result } = (await ledger.readReport(runId)) ?? {};
			expect(result?.notices?.expiringExemptions[0]?.expiresAt).toEqual(new Date('2026-02-01T00:00:00Z'));
			const member = { held: null, expected: [], cause: '', linked: false, exemption: NOTICES.expiringExemptions[0] ?? null };
			const { runId: ofOne } = await run(ledger, minute(1), [], { notices: { ...NOTICES, member } });
			expect((await ledger.readReport(ofOne))?.result.notices?.member).toEqual(member);
		});
	});
}
