import { isPseudonym } from '../../reconciliation/domain/audit.js';
import { SNOWFLAKE } from '../../reconciliation/domain/discord-id.js';
import type { StoredExemption } from '../../reconciliation/members/exemption.js';
import { count, number } from '../format/format.js';
import type { NamesOf } from '../format/markdown-to-text.js';
import { idCell, utcCell } from './export/cells.js';
import { toCsv } from './export/csv.js';

const COLUMNS = ['Person (ID)', 'Person', 'Reason', 'By', 'Since (UTC)', 'Until (UTC)'] as const;

/** An imported exemption has a name in place of an operator. */
const authorCell = (createdBy: string) => (SNOWFLAKE.test(createdBy) || isPseudonym(createdBy) ? idCell(createdBy) : createdBy);

/** All exemptions as a CSV file; one without an end has an empty cell. @param maxBytes - of the file */
export async function exemptionsFile(
	all: readonly StoredExemption[],
	namesOf: NamesOf,
	maxBytes?: number
): Promise<{ content: string; files: { attachment: Buffer; name: string }[] }> {
	if (all.length === 0) return { content: 'There is nothing to export.', files: [] };
	const names = await namesOf(all.map(({ discordId }) => discordId));
	const cellsOf = ({ discordId, reason, createdBy, createdAt, expiresAt }: StoredExemption) => [
		idCell(discordId),
		names.get(discordId) ?? '',
		reason,
		authorCell(createdBy),
		utcCell(createdAt),
		expiresAt === null ? '' : utcCell(expiresAt)
	];
	const { text, left } = toCsv(COLUMNS, all.map(cellsOf), maxBytes);
	return {
		content: `${count(all.length, 'exemption')}.${left === 0 ? '' : ` The file has ${number(all.length - left)} of them.`}`,
		files: [{ attachment: Buffer.from(text), name: 'reeve-exemptions.csv' }]
	};
}
