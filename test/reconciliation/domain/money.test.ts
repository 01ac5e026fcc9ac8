import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byAmount, type IssueMoney, moneyTotals, sumPrices } from '../../../src/reconciliation/domain/money.js';

const usd = (amount: number) => ({ currency: 'usd', amount });
const jpy = (amount: number) => ({ currency: 'jpy', amount });
const money = (counts: IssueMoney['counts'], amounts: IssueMoney['amounts'], isMinimum = false) => ({
	money: { counts, amounts, isMinimum }
});

describe('sumPrices', () => {
	it('adds what has one currency, and keeps others beside it', () => {
		const prices = [usd(1000), jpy(300), usd(550)].map((price) => ({ ...price, isMinimum: false }));
		expect(sumPrices(prices)).toEqual({ amounts: [jpy(300), usd(1550)], isMinimum: false });
	});

	it('is a minimum if one is, or one is unknown', () => {
		expect(sumPrices([{ ...usd(1000), isMinimum: true }]).isMinimum).toBe(true);
		expect(sumPrices([{ ...usd(1000), isMinimum: false }, null])).toEqual({ amounts: [usd(1000)], isMinimum: true });
		expect(sumPrices([null])).toEqual({ amounts: [], isMinimum: true });
	});
});

describe('moneyTotals', () => {
	it('sums what is paid without access and what access is not paid, apart', () => {
		const issues = [
			money('paid', [usd(1000)]),
			money('unpaid', [usd(2900)]),
			money('paid', [usd(900), jpy(300)]),
			money(null, [usd(500)]),
			{}
		];
		expect(moneyTotals(issues)).toEqual({
			paid: { amounts: [jpy(300), usd(1900)], isMinimum: false, unknown: 0 },
			unpaid: { amounts: [usd(2900)], isMinimum: false, unknown: 0 }
		});
	});

	it('counts those of whom nothing is known, and leaves them out', () => {
		expect(moneyTotals([money('unpaid', [], true), money('unpaid', [usd(900)]), money('paid', [], true)])).toEqual({
			paid: { amounts: [], isMinimum: false, unknown: 1 },
			unpaid: { amounts: [usd(900)], isMinimum: false, unknown: 1 }
		});
	});

	it('is a minimum if one of the sums is', () => {
		expect(moneyTotals([money('paid', [usd(900)], true), money('paid', [usd(900)])]).paid).toEqual({
			amounts: [usd(1800)],
			isMinimum: true,
			unknown: 0
		});
	});

	it('does not depend on the order', () => {
		const amount = fc.record({ currency: fc.constantFrom('usd', 'eur', 'jpy'), amount: fc.nat(1_000_000) });
		const each = fc.record({
			counts: fc.constantFrom('paid' as const, 'unpaid' as const, null),
			amounts: fc.uniqueArray(amount, { selector: ({ currency }) => currency }),
			isMinimum: fc.boolean()
		});
		fc.assert(
			fc.property(fc.array(each), (all) => {
				const issues = all.map((one) => ({ money: one }));
				expect(moneyTotals(issues.toReversed())).toEqual(moneyTotals(issues));
			})
		);
	});
});

describe('byAmount', () => {
	it('puts larger amounts first, by currency the more frequent first, and what is unknown last', () => {
		const issues = [
			{},
			money('paid', [jpy(90_000)]),
			money('paid', [usd(900)]),
			money('unpaid', [], true),
			money('paid', [jpy(5), usd(2900)]),
			money('paid', [usd(1000)])
		];
		const sorted = issues.toSorted(byAmount(issues));
		expect(sorted).toEqual([issues[4], issues[5], issues[2], issues[1], issues[0], issues[3]]);
	});
});
