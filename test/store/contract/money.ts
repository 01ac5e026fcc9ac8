import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DriftIssue } from '../../../src/reconciliation/domain/issue.js';
import { type IssueMoney, moneyTotals } from '../../../src/reconciliation/domain/money.js';
import type { Onboarding } from '../../../src/reconciliation/domain/onboarding.js';
import type { RunStart } from '../../../src/reconciliation/domain/ports.js';
import type { Database } from '../../../src/store/connection/database.js';
import { detection, drift, ledgerOf, minute, runStart, snowflake } from '../builders.js';

const amount = fc.record({ currency: fc.constantFrom('usd', 'eur', 'jpy'), amount: fc.nat(10_000_000) });
const money: fc.Arbitrary<IssueMoney> = fc.record({
	counts: fc.constantFrom('paid' as const, 'unpaid' as const, null),
	amounts: fc
		.uniqueArray(amount, { selector: ({ currency }) => currency })
		.map((all) => all.toSorted((a, b) => (a.currency < b.currency ? -1 : 1))),
	isMinimum: fc.boolean()
});

export function moneyContract(database: () => Database): void {
	const findIn = async (
		ledger: ReturnType<typeof ledgerOf>['ledger'],
		issues: readonly DriftIssue[],
		start: Partial<RunStart> = {},
		onboarding: Onboarding | null = null
	) => {
		const runId = (await ledger.startRun(runStart(minute(0), start))) as string;
		const findings = { detection: detection(issues), livemode: true, subscriptionsRead: 50, at: minute(0), ...start, onboarding };
		await ledger.recordFindings(runId, findings);
		return (await ledger.findRun(runId))?.money;
	};

	describe('the money that issues are about', () => {
		it('is stored with the run, and summed over the open issues', async () => {
			for (const amounts of fc.sample(fc.array(fc.option(money), { maxLength: 12 }), { numRuns: 5, seed: 7 })) {
				const { ledger } = ledgerOf(database());
				const issues = amounts.map((each) => ({ ...drift(snowflake()), ...(each && { money: each }) }));
				const totals = moneyTotals(issues);
				expect(await findIn(ledger, issues)).toEqual(totals);
				expect(await ledger.openMoney()).toEqual(totals);
				expect((await ledger.openIssues('all')).map((issue) => issue.money)).toEqual(
					expect.arrayContaining(issues.map((issue) => issue.money))
				);
			}
		});

		it('is not stored with a run over some members, nor before setup is finished', async () => {
			const { ledger } = ledgerOf(database());
			const issues = [{ ...drift('1'), money: { counts: 'paid', amounts: [{ currency: 'usd', amount: 900 }], isMinimum: false } as const }];
			expect(await findIn(ledger, issues, { onlyMember: '1' })).toBeNull();
			expect(await findIn(ledger, issues, { triggeredBy: 'targeted', onlyMembers: ['1'] })).toBeNull();
			expect(await findIn(ledger, issues, {}, { reasons: ['links'], losing: 3 } as unknown as Onboarding)).toBeNull();
		});
	});
}
