import { describe, expect, it } from 'vitest';
import type { Onboarding } from '../../../src/reconciliation/domain/onboarding.js';
import type { Rules } from '../../../src/reconciliation/domain/rules.js';
import type { Database } from '../../../src/store/connection/database.js';
import { MAPPED } from '../../reconciliation/builders.js';
import { auditOf } from '../audit.js';
import { detection, ledgerOf, minute, runStart, snowflake } from '../builders.js';

const RULES: Rules = { policy: MAPPED, roleIds: { Knight: '1', Lord: '2' }, discordIdKey: 'discord_id' };
const NUMBERS = { holders: 40, unlinkedHolders: 30, subscriptions: 50, unmappedSubscriptions: 2 };
const ONBOARDING: Onboarding = {
	...NUMBERS,
	payers: 48,
	linkedPayers: 5,
	heldRoles: ['Knight'],
	hasMappedPrice: true,
	reasons: ['links'],
	losing: 31,
	discordIdKey: 'discord_id',
	endedBy: null
};

export function onboardingContract(database: () => Database): void {
	describe('onboarding', () => {
		async function run(
			{ ledger }: Pick<ReturnType<typeof ledgerOf>, 'ledger'>,
			at: Date,
			{ onboarding, onlyMember = null }: { onboarding: Onboarding | null; onlyMember?: string | null }
		): Promise<string> {
			const runId = (await ledger.startRun(runStart(at, { onlyMember }))) as string;
			const read = { livemode: true, subscriptionsRead: 50, rules: RULES };
			await ledger.recordFindings(runId, { detection: detection([]), at, onlyMember, onboarding, ...read });
			await ledger.completeRun(runId, { issuesFixed: 0, hold: null, at });
			return runId;
		}

		it('holds as the newest full run found it, and accepts no rules', async () => {
			const { ledger } = ledgerOf(database());
			expect(await ledger.currentOnboarding()).toBeNull();
			const runId = await run({ ledger }, minute(0), { onboarding: ONBOARDING });
			await run({ ledger }, minute(1), { onboarding: null, onlyMember: snowflake() });
			expect(await ledger.currentOnboarding()).toEqual(ONBOARDING);
			expect(await ledger.newestReading()).toMatchObject({ runId, onboarding: ONBOARDING });
			expect(await ledger.readReport(runId)).toMatchObject({ result: { onboarding: ONBOARDING } });
			expect(await ledger.acceptedRules()).toBeNull();
			expect(await ledger.lastGoodRun()).toMatchObject({ runId, rules: RULES });
			await run({ ledger }, minute(2), { onboarding: null });
			expect(await ledger.currentOnboarding()).toBeNull();
			expect(await ledger.acceptedRules()).toMatchObject({ acceptedAt: minute(2) });
		});

		it('is ended by an operator, in the audit log, until a later run finds it again', async () => {
			const { ledger, guildId } = ledgerOf(database());
			expect(await ledger.onboardingEnd()).toBeNull();
			const runId = await run({ ledger }, minute(0), { onboarding: ONBOARDING });
			const ada = snowflake();
			await ledger.endOnboarding({ ...NUMBERS, runId, losing: 31, actor: ada, at: minute(1) });
			expect(await ledger.onboardingEnd()).toMatchObject({ ...NUMBERS, runId, actor: ada, at: minute(1) });
			expect(await ledger.currentOnboarding()).toBeNull();
			expect(await ledger.newestReading()).toMatchObject({ runId, onboarding: null });
			expect(await ledger.readReport(runId)).toMatchObject({ result: { onboarding: { endedBy: ada } } });
			expect(await auditOf(database(), { guildId })).toMatchObject([
				{ action: 'end-onboarding', actor: ada, after: { ...NUMBERS, losing: 31 } }
			]);
			await run({ ledger }, minute(2), { onboarding: ONBOARDING });
			expect(await ledger.currentOnboarding()).toEqual(ONBOARDING);
		});
	});
}
