import { stringify } from 'csv-stringify/sync';
import { MAX_FILE_BYTES } from '../../format/limits.js';
import { clean } from '../../format/text.js';

/** CSV that is safe to open in a spreadsheet: untrusted names cannot become formulas. */

/** Marks the file as UTF-8 for spreadsheets. */
const BOM = '\uFEFF';

/** Start of a formula after NFKC normalization. Some programs also accept U+2212 as a minus. */
const BEGINS_FORMULA = /^[=+\-@\u2212]/;

/** Spreadsheets with semicolon separators (most European locales) may start a new cell inside a quoted one. */
const BEGINS_CELL = /([;|]["'\s]*)(?=\S)/g;

/** Fast path: most cells match, and the full check on each blocks the event loop for seconds on a large run. */
const PLAIN = /^[A-Za-z0-9<][\w<>@.,:()/·-]*(?: [\w<>@.,:()/·-]+)*$/;

export interface Table {
	readonly text: string;
	/** Rows left out because of the size limit. */
	readonly left: number;
}

/** @param maxBytes - of the file */
export function toCsv(header: readonly string[], rows: Iterable<readonly (string | number)[]>, maxBytes: number = MAX_FILE_BYTES): Table {
	const lines = [BOM + line(header)];
	let bytes = Buffer.byteLength(lines.join(''));
	let left = 0;
	for (const row of rows) {
		if (left > 0) {
			left += 1;
			continue;
		}
		const next = line(row.map((cell) => (typeof cell === 'number' ? cell : neutralizeFormulas(cell))));
		bytes += Buffer.byteLength(next);
		if (bytes > maxBytes) left += 1;
		else lines.push(next);
	}
	return { text: lines.join(''), left };
}

/** `escape_formulas` covers plain and full-width formula starts; {@link neutralizeFormulas} covers hidden ones. */
function line(cells: readonly (string | number)[]): string {
	return stringify([cells], { quoted: true, escape_formulas: true, record_delimiter: 'windows' });
}

/** Prefixes formulas with an apostrophe, including those behind spaces, invisible characters, look-alikes or cell separators. */
export function neutralizeFormulas(text: string): string {
	if (PLAIN.test(text)) return text;
	const cleaned = clean(text);
	const guarded = cleaned.replace(BEGINS_CELL, (separator: string, _: string, at: number) =>
		isFormula(cleaned.slice(at + separator.length)) ? `${separator}'` : separator
	);
	return isFormula(guarded) ? `'${guarded}` : guarded;
}

function isFormula(text: string): boolean {
	return BEGINS_FORMULA.test(text.slice(0, 2).normalize('NFKC').trimStart());
}
