import {
	isCountedWhole,
	isUnknown,
	type Money,
	type MoneyTotals,
	type MonthlyAmounts,
	type MonthlyTotal,
	unitsOf
} from '../../reconciliation/domain/money.js';
import { count, list } from './format.js';
import { escapeName } from './text.js';

/** Amounts of money as operators read them. Without markup, except that the code of a currency that is none is escaped. */

/** Stripe's smallest amount: a trillionth of the currency's smallest unit. */
const MAX_DIGITS = 14;

/** More currencies than this are counted, not listed. */
const MAX_CURRENCIES = 5;

/** An amount in the currency's smallest unit, with the currency's usual digits: "$29.00", "¥500", "KWD 2.500". */
export function fullAmount(amount: number, currency: string): string {
	return formatAmount(amount, currency, false);
}

/** "$348", "$9.50", "¥500": without digits after the point if all are 0. */
export function shortAmount({ amount, currency }: Money): string {
	return formatAmount(amount, currency, true);
}

function formatAmount(amount: number, currency: string, short: boolean): string {
	const units = unitsOf(amount, currency);
	// Intl refuses anything else.
	if (!/^[a-z]{3}$/i.test(currency)) return `${units} ${escapeName(currency, 10)}`;
	const style = { style: 'currency', currency: currency.toUpperCase() } as const;
	const usual = isCountedWhole(currency) ? 0 : (new Intl.NumberFormat('en-US', style).resolvedOptions().minimumFractionDigits ?? 2);
	const digits = short && Number.isInteger(units) ? 0 : usual;
	return new Intl.NumberFormat('en-US', { ...style, minimumFractionDigits: digits, maximumFractionDigits: MAX_DIGITS })
		.format(units)
		.replace(/\u00A0/g, ' ');
}

/** "$10 a month", "at least €5 and ¥300 a month", "price unknown". */
export function monthlyText(money: MonthlyAmounts): string {
	return isUnknown(money)
		? 'price unknown'
		: `${money.isMinimum ? 'at least ' : ''}${list(money.amounts.map(shortAmount), MAX_CURRENCIES)} a month`;
}

/** An issue's price: "$10 a month", "$10 a month, not paid"; null for an issue without one. @param money - of the issue */
export function issueMoneyText(money: (MonthlyAmounts & { readonly counts: 'paid' | 'unpaid' | null }) | undefined): string | null {
	if (money === undefined) return null;
	return money.counts === 'unpaid' && !isUnknown(money) ? `${monthlyText(money)}, not paid` : monthlyText(money);
}

/**
 * "$348 a month is paid by people without the access they pay for; $551 a month of access is not paid (not counting 3 people whose price is
 * unknown)."; null if no amount above 0 is known. @param bold - how an amount is set apart
 */
export function totalsText({ paid, unpaid }: MoneyTotals, bold: (text: string) => string = (text) => text): string | null {
	const parts = [
		...partOf(paid, (amounts) => `${bold(amounts)} is paid by people without the access they pay for`),
		...partOf(unpaid, (amounts) => `${bold(amounts)} of access is not paid`)
	];
	if (parts.length === 0) return null;
	const unknown = paid.unknown + unpaid.unknown;
	const text = `${parts.join('; ')}${unknown === 0 ? '' : ` (not counting ${count(unknown, 'person', 'people')} whose price is unknown)`}.`;
	return text.replace(/^(\W*)at least/, '$1At least');
}

/** "$348 a month paid without access, $551 a month of access not paid"; null if no amount above 0 is known. */
export function shortTotals({ paid, unpaid }: MoneyTotals): string | null {
	const parts = [
		...partOf(paid, (amounts) => `${amounts} paid without access`),
		...partOf(unpaid, (amounts) => `${amounts} of access not paid`)
	];
	return parts.length === 0 ? null : parts.join(', ');
}

function partOf({ amounts, ...total }: MonthlyTotal, sentence: (amounts: string) => string): string[] {
	const positive = amounts.filter(({ amount }) => amount > 0);
	return positive.length === 0 ? [] : [sentence(monthlyText({ ...total, amounts: positive }))];
}
