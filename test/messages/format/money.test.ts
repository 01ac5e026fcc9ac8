import { describe, expect, it } from 'vitest';
import { issueMoneyText, monthlyText, totalsText } from '../../../src/messages/format/money.js';
import type { Money, MoneyTotals, MonthlyTotal } from '../../../src/reconciliation/domain/money.js';

const of = (currency: string, amount: number): Money => ({ currency, amount });

describe('monthlyText', () => {
	it.each<[Money[], boolean, string]>([
		[[of('usd', 1000)], false, '$10 a month'],
		[[of('usd', 1050)], false, '$10.50 a month'],
		[[of('usd', 123_456_700)], true, 'at least $1,234,567 a month'],
		[[of('eur', 500), of('jpy', 300)], false, '€5 and ¥300 a month'],
		[[of('kwd', 2500)], false, 'KWD 2.500 a month'],
		[[of('kwd', 2000)], false, 'KWD 2 a month'],
		[[of('usd', 0)], false, '$0 a month'],
		[[of('**@everyone', 500)], false, '5 \\*\\*@\u200Beve… a month'],
		[['aud', 'cad', 'chf', 'eur', 'gbp', 'usd'].map((currency) => of(currency, 100)), false, 'A$1, CA$1, CHF 1, €1, £1 and 1 more a month'],
		[[], true, 'price unknown']
	])('says %o, minimum: %s, as %s', (amounts, isMinimum, text) => {
		expect(monthlyText({ amounts, isMinimum })).toBe(text);
	});
});

describe('issueMoneyText', () => {
	it('says what is not paid', () => {
		expect(issueMoneyText({ counts: 'unpaid', amounts: [of('usd', 2900)], isMinimum: false })).toBe('$29 a month, not paid');
		expect(issueMoneyText({ counts: 'paid', amounts: [of('usd', 2900)], isMinimum: true })).toBe('at least $29 a month');
		expect(issueMoneyText({ counts: 'unpaid', amounts: [], isMinimum: true })).toBe('price unknown');
		expect(issueMoneyText(undefined)).toBeNull();
	});
});

describe('totalsText', () => {
	const total = (...amounts: Money[]): MonthlyTotal => ({ amounts, isMinimum: false, unknown: 0 });
	it.each<[MoneyTotals, string | null]>([
		[
			{ paid: total(of('usd', 34_800)), unpaid: total(of('usd', 55_100)) },
			'$348 a month is paid by people without the access they pay for; $551 a month of access is not paid.'
		],
		[{ paid: total(of('usd', 900)), unpaid: total() }, '$9 a month is paid by people without the access they pay for.'],
		[{ paid: total(), unpaid: { ...total(of('jpy', 900)), isMinimum: true } }, 'At least ¥900 a month of access is not paid.'],
		[
			{ paid: { ...total(of('usd', 900)), unknown: 1 }, unpaid: { ...total(), unknown: 2 } },
			'$9 a month is paid by people without the access they pay for (not counting 3 people whose price is unknown).'
		],
		[
			{ paid: { ...total(of('usd', 900)), unknown: 1 }, unpaid: total() },
			'$9 a month is paid by people without the access they pay for (not counting 1 person whose price is unknown).'
		],
		[{ paid: total(of('usd', 0)), unpaid: total() }, null],
		[{ paid: { ...total(), unknown: 3 }, unpaid: total() }, null]
	])('says %o as %s', (totals, text) => {
		expect(totalsText(totals)).toBe(text);
	});

	it('sets the amounts apart', () => {
		expect(totalsText({ paid: total(of('usd', 900)), unpaid: total(of('usd', 2900)) }, (amount) => `**${amount}**`)).toBe(
			'**$9 a month** is paid by people without the access they pay for; **$29 a month** of access is not paid.'
		);
	});
});
