import { count, number } from '../format/format.js';

/** What a backup has, on the command line. */

type Sums = Readonly<Record<string, { readonly rows: number; readonly checksum: string }>>;

/** Enough to compare by eye. */
const SHOWN_DIGITS = 12;

/** A line for each table with rows, and the total. */
export function sumLines(tables: Sums): readonly string[] {
	const filled = Object.entries(tables).filter(([, { rows }]) => rows > 0);
	const width = Math.max(0, ...filled.map(([name]) => name.length));
	const total = filled.reduce((sum, [, { rows }]) => sum + rows, 0);
	return [
		...filled.map(([name, { rows }]) => `${name.padEnd(width)}  ${number(rows)}`),
		`${count(total, 'row')} in ${count(filled.length, 'table')}.`
	];
}

/** A line for each table: rows and checksum before and after. */
export function moveLines(before: Sums, after: Sums): readonly string[] {
	const names = Object.keys(before);
	const width = Math.max(...names.map((name) => name.length));
	const cell = (sums: Sums, name: string) => {
		const { rows, checksum } = sums[name] ?? { rows: 0, checksum: '' };
		return `${number(rows).padStart(9)} ${checksum.slice(0, SHOWN_DIGITS)}`;
	};
	return [
		`${'Table'.padEnd(width)}     before (rows, checksum)     after`,
		...names.map((name) => `${name.padEnd(width)}  ${cell(before, name)}  ${cell(after, name)}`)
	];
}
