import { isPseudonym } from '../../../reconciliation/domain/audit.js';
import type { Plan } from '../../../reconciliation/domain/issue.js';
import { type IssueMoney, isUnknown, unitsOf } from '../../../reconciliation/domain/money.js';
import type { RoleName } from '../../../reconciliation/domain/rules.js';
import { AUTOMATIC } from '../../../reconciliation/fixes/attempt.js';
import { FORGOTTEN_NAME } from '../../../reconciliation/privacy/person-data.js';

/** Texts of CSV cells. */

/** As a mention: spreadsheets round long numbers. */
export function idCell(discordId: string): string {
	if (isPseudonym(discordId)) return FORGOTTEN_NAME;
	return discordId === AUTOMATIC ? discordId : `<@${discordId}>`;
}

export function rolesCell(names: readonly RoleName[]): string {
	return names.join(', ') || 'none';
}

/** "give Lord, then remove Knight". */
export function planCell({ add, remove }: Plan): string {
	return [...add.map((role) => `give ${role}`), ...remove.map((role) => `remove ${role}`)].join(', then ');
}

/** In the format that spreadsheets parse. */
export function utcCell(date: Date): string {
	return date.toISOString().slice(0, 19).replace('T', ' ');
}

export const MONEY_COLUMNS = ['Amount a month', 'Currency', 'Amount is', 'Amount counts as'] as const;

/** For {@link MONEY_COLUMNS}; empty for an issue without a price. */
export function moneyCells(money: IssueMoney | undefined): (string | number)[] {
	if (money === undefined) return MONEY_COLUMNS.map(() => '');
	const { amounts, isMinimum, counts } = money;
	const units = amounts.map(({ amount, currency }) => unitsOf(amount, currency));
	const is = isUnknown(money) ? 'unknown' : isMinimum ? 'at least' : 'exact';
	const currencies = amounts.map(({ currency }) => currency.toUpperCase()).join('; ');
	return [units.length === 1 ? (units[0] ?? '') : units.join('; '), currencies, is, counts === null ? '' : COUNTS_AS[counts]];
}

const COUNTS_AS = { paid: 'paid without access', unpaid: 'access not paid' } as const;
