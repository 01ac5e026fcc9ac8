import { stringify } from 'csv-stringify/sync';
import { MAX_FILE_BYTES } from '../../format/limits.js';
import { clean } from '../../format/text.js';

/** A table that is safe to open in a spreadsheet, whatever strangers called themselves. */

/** Spreadsheets know by it that the text is UTF-8. */
const BOM = '\uFEFF';

/** What makes a cell a formula, in its plain form; the minus of typesetting too, which some programs take for one. */
const BEGINS_FORMULA = /^[=+\-@\u2212]/;

/** A spreadsheet that separates cells by semicolons, as much of Europe does, would begin a new cell within a quoted one. */
const BEGINS_CELL = /([;|]["'\s]*)(?=\S)/g;

/** Most cells are like this; looking closer at each of them takes a large run seconds, in which nobody is answered. */
const PLAIN = /^[A-Za-z0-9<][\w<>@.,:()/-]*(?: [\w<>@.,:()/-]+)*$/;

export interface Table {
	readonly text: string;
	/** Rows that had no room in a file that Discord takes. */
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

/** The library guards against what begins a formula plainly or in full width; {@link neutralizeFormulas} against what hides it. */
function line(cells: readonly (string | number)[]): string {
	return stringify([cells], { quoted: true, escape_formulas: true, record_delimiter: 'windows' });
}

/** Text that no spreadsheet takes for a formula: not after spaces or invisible characters, nor in a look-alike form, nor within. */
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
