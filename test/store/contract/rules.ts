import { describe, expect, it } from 'vitest';
import { countEffects } from '../../../src/reconciliation/domain/effect.js';
import type { RuleChange } from '../../../src/reconciliation/domain/rule-change.js';
import { type Rules, rulesHash } from '../../../src/reconciliation/domain/rules.js';
import type { Database } from '../../../src/store/connection/database.js';
import { MAPPED } from '../../reconciliation/builders.js';
import { detection, drift, ledgerOf, minute, runStart, snowflake } from '../builders.js';

const RULES: Rules = { policy: MAPPED, roleIds: { Knight: '1', Lord: '2' }, discordIdKey: 'discord_id' };
const OTHERS: Rules = { ...RULES, policy: { ...MAPPED, graceHours: 1 } };
const CHANGE: RuleChange = {
	rulesHash: rulesHash(OTHERS),
	changes: ['Grace period: 48 hours → 1 hours'],
	since: minute(0),
	effects: { ...countEffects([]), removes: 3, grants: 1 },
	acceptedBy: null
};

export function rulesContract(database: () => Database): void {
	describe('rules', () => {
		/** A completed run under these rules. */
		async function runUnder(
			{ ledger }: Pick<ReturnType<typeof ledgerOf>, 'ledger'>,
			at: Date,
			rules: Rules,
			{ ruleChange = null, onlyMember = null }: { ruleChange?: RuleChange | null; onlyMember?: string | null } = {}
		) {
			const runId = (await ledger.startRun(runStart(at, { onlyMember }))) as string;
			const found = { ...detection([{ ...drift(snowflake()), byRuleChange: true }], { payingCustomers: 10 }) };
			const read = { livemode: true, subscriptionsRead: 50, acceptedPayers: 20, comparablePayers: 30 };
			const issues = await ledger.recordFindings(runId, { detection: found, at, onlyMember, rules, ruleChange, ...read });
			const hold = ruleChange === null ? null : { reason: 'The rules.', losing: 3, holders: 9, byRuleChange: true };
			await ledger.completeRun(runId, { issuesFixed: 0, hold, at });
			return { runId, issues };
		}

		it('of the first full run are accepted, and no later ones', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.acceptedRules()).toBeNull();
			await runUnder({ ledger }, minute(0), OTHERS, { onlyMember: snowflake() });
			expect(await ledger.acceptedRules()).toBeNull();
			await runUnder({ ledger }, minute(1), RULES);
			await runUnder({ ledger }, minute(2), OTHERS);
			expect(await ledger.acceptedRules()).toEqual({ rules: RULES, acceptedAt: minute(1), acceptedBy: 'reeve' });
		});

		it('of a run stay unaccepted, with what they change, until an operator accepts them', async () => {
			const { ledger, guildId } = ledgerOf(database());
			await runUnder({ ledger }, minute(0), RULES);
			const { runId, issues } = await runUnder({ ledger }, minute(1), OTHERS, { ruleChange: CHANGE });
			expect(issues).toMatchObject([{ byRuleChange: true }]);
			expect(await ledger.newestReading()).toMatchObject({ runId, payingCustomers: 30, ruleChange: CHANGE });
			expect(await ledger.readReport(runId)).toMatchObject({ result: { ruleChange: CHANGE, holdReleasedBy: null } });
			await ledger.acceptRules({
				runId,
				rulesHash: CHANGE.rulesHash,
				actor: 'ada',
				losing: 3,
				changes: CHANGE.changes,
				at: minute(2)
			});
			expect(await ledger.acceptedRules()).toEqual({ rules: OTHERS, acceptedAt: minute(2), acceptedBy: 'ada' });
			expect(await ledger.newestReading()).toMatchObject({ runId, ruleChange: null });
			expect(await ledger.readReport(runId)).toMatchObject({ result: { ruleChange: { acceptedBy: 'ada' }, holdReleasedBy: 'ada' } });
			expect(await database().prisma.auditLog.findMany({ where: { guildId } })).toMatchObject([
				{ action: 'accept-rules', actor: 'ada', after: { rulesHash: CHANGE.rulesHash, losing: 3 }, detail: CHANGE.changes[0] }
			]);
		});

		it('do not keep a run from being the last good one, which has the number of payers under the accepted rules', async () => {
			const { ledger } = ledgerOf(database());
			await runUnder({ ledger }, minute(0), RULES);
			const { runId } = await runUnder({ ledger }, minute(1), OTHERS, { ruleChange: CHANGE });
			expect(await ledger.lastGoodRun()).toEqual({
				runId,
				livemode: true,
				subscriptionsRead: 50,
				payingCustomers: 20,
				roleHolders: 20,
				rules: RULES,
				accountAccepted: false
			});
		});

		it('are unknown for a run of an older version', async () => {
			const { ledger } = ledgerOf(database());
			const runId = (await ledger.startRun(runStart(minute(0)))) as string;
			await ledger.recordFindings(runId, {
				detection: detection([], { payingCustomers: 7 }),
				livemode: null,
				subscriptionsRead: 9,
				at: minute(0)
			});
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at: minute(1) });
			expect(await ledger.lastGoodRun()).toMatchObject({ payingCustomers: 7, rules: null });
			expect(await ledger.newestReading()).toMatchObject({ payingCustomers: 7, ruleChange: null });
		});
	});
}
