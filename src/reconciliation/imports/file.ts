import { parse } from 'csv-parse/sync';

/** Reads the lines of a file that links members to customers. Pure: what they mean is decided in `check.ts`. */

/** Of a file. Discord accepts larger attachments. */
export const MAX_IMPORT_BYTES = 5 * 1024 * 1024;

/** A file with more lines is refused: it is checked, shown and stored as a whole. */
export const MAX_IMPORT_LINES = 20_000;

/** One line, with its cells as they were written, trimmed. An empty text for a cell or column that is not there. */
export interface ImportLine {
	/** In the file, counted from 1. */
	readonly line: number;
	readonly discordId: string;
	readonly username: string;
	readonly customer: string;
	readonly email: string;
	readonly team: string;
	readonly seat: string;
}

/** Who wrote the file. The exports of other bots may have members without an email address, who are linked to nothing. */
export type ImportFormat = 'own' | 'stripe-discord-bot' | 'StripeCord';

export type ImportFile =
	| { readonly kind: 'lines'; readonly format: ImportFormat; readonly lines: readonly ImportLine[] }
	/** `why`: sentences for operators. */
	| { readonly kind: 'refused'; readonly why: string };

type Field = Exclude<keyof ImportLine, 'line'>;

/** Headers by field, in lower case, without spaces, hyphens and underscores. `discord` may have IDs and usernames. */
const HEADERS: Readonly<Record<Field, readonly string[]>> = {
	discordId: ['discordid', 'discord', 'discorduserid', 'discorduser', 'member'],
	username: ['username', 'discordusername'],
	customer: ['customer', 'customerid', 'stripecustomer', 'stripecustomerid'],
	email: ['email', 'customeremail', 'stripeemail'],
	team: ['team'],
	seat: ['seat']
};

const FIELDS = Object.keys(HEADERS) as readonly Field[];

const EXPECTED =
	'The first line must name the columns: discord_id or username; customer or email; and, if it is about teams, team and seat.';
const EXPORT_AGAIN = 'Export the file again as CSV (UTF-8).';

const SEPARATORS = [',', ';', '\t'] as const;

/** Excel writes the separator in a line of its own. */
const SEPARATOR_LINE = /^sep=(.)\r?\n/i;

/** How a database writes an empty value. */
const NOTHING = /^(?:null|\\N)$/i;

/** Reads a file. Its text is UTF-8, or UTF-16 with a byte order mark; cells are separated by commas, semicolons or tabs. */
export function readImportFile(bytes: Uint8Array): ImportFile {
	if (bytes.length > MAX_IMPORT_BYTES) return refused(`The file is larger than ${MAX_IMPORT_BYTES / 1024 / 1024} MB. Split it.`);
	const text = decode(bytes);
	if (text === null) return refused(`The file is not text in UTF-8. ${EXPORT_AGAIN}`);
	const [separatorLine, named] = SEPARATOR_LINE.exec(text) ?? ['', undefined];
	const body = text.slice(separatorLine.length);
	const separator = named ?? separatorOf(body);
	let records: readonly { readonly record: readonly string[]; readonly info: { readonly lines: number } }[];
	try {
		const options = { bom: true, delimiter: separator, info: true, relax_column_count: true, trim: true } as const;
		records = parse(body, { ...options, skip_empty_lines: true, skip_records_with_empty_values: true }) as unknown as typeof records;
	} catch (error) {
		return refused(`The file is not CSV: ${error instanceof Error ? error.message : String(error)}. ${EXPORT_AGAIN}`);
	}
	const [header, ...rows] = records;
	if (header === undefined) return refused(`The file is empty. ${EXPECTED}`);
	const columns = columnsOf(header.record);
	if (typeof columns === 'string') return refused(columns);
	if (rows.length === 0) return refused('The file has a first line with the names of the columns, and no other line.');
	if (rows.length > MAX_IMPORT_LINES) return refused(`The file has more than ${MAX_IMPORT_LINES.toLocaleString('en')} lines. Split it.`);
	const skipped = separatorLine === '' ? 0 : 1;
	return {
		kind: 'lines',
		format: formatOf(header.record),
		lines: rows.map(({ record, info }) => ({ line: info.lines + skipped, ...cellsOf(record, columns) }))
	};
}

function refused(why: string): ImportFile {
	return { kind: 'refused', why };
}

function decode(bytes: Uint8Array): string | null {
	const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8';
	try {
		const text = new TextDecoder(encoding, { fatal: true }).decode(bytes);
		return text.includes('\0') ? null : text;
	} catch {
		return null;
	}
}

/** The separator that the first line has most of. */
function separatorOf(text: string): string {
	const [header = ''] = text.trimStart().split(/\r?\n/, 1);
	const countOf = (separator: string) => header.split(separator).length;
	return [...SEPARATORS].sort((a, b) => countOf(b) - countOf(a))[0] ?? ',';
}

const keyOf = (header: string): string => header.toLowerCase().replaceAll(/[\s_-]/g, '');

/** Field → index of its column; or why the columns cannot be used. */
function columnsOf(header: readonly string[]): ReadonlyMap<Field, number> | string {
	const columns = new Map<Field, number>();
	for (const [index, name] of header.entries()) {
		const field = FIELDS.find((each) => HEADERS[each].includes(keyOf(name)));
		if (field === undefined) continue;
		if (columns.has(field)) return `Two columns mean the same: ${header[columns.get(field) ?? 0]} and ${name}. Remove one of them.`;
		columns.set(field, index);
	}
	const member = columns.has('discordId') || columns.has('username');
	const payer = columns.has('customer') || columns.has('email') || columns.has('team');
	if (member && payer) return columns;
	const found = header.map((name) => name.slice(0, 40)).join(', ');
	return `${member ? 'No column says who pays.' : 'No column names the members.'} ${EXPECTED} Found: ${found.slice(0, 200)}.`;
}

function cellsOf(record: readonly string[], columns: ReadonlyMap<Field, number>): Readonly<Record<Field, string>> {
	const cells = FIELDS.map((field) => {
		const index = columns.get(field);
		const cell = index === undefined ? '' : (record[index] ?? '');
		return [field, NOTHING.test(cell) ? '' : cell];
	});
	return Object.fromEntries(cells) as Record<Field, string>;
}

/** By columns that only these projects' tables have: `DiscordCustomer` of stripe-discord-bot, and StripeCord's collection. */
function formatOf(header: readonly string[]): ImportFormat {
	if (header.includes('discordUserId') && header.includes('email')) return 'stripe-discord-bot';
	if (header.includes('discordUserID') && header.includes('email')) return 'StripeCord';
	return 'own';
}
