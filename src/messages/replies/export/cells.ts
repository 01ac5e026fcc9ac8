import { isPseudonym } from '../../../reconciliation/domain/audit.js';
import type { Plan } from '../../../reconciliation/domain/issue.js';
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
