import { mebibytes, time, times, whole } from './format.js';
import type { CaseResult } from './result.js';

/** Results as tables in Markdown: one for each group, with the columns that have something in them. */

/** What stands behind a figure that was not measured. */
const COMPUTED = '*';
const LEGEND = `${COMPUTED} computed from a measurement at a smaller size, in the same run. The bound is always computed. × after a baseline: its time as a multiple of Reeve's.`;

interface Column {
	readonly title: string;
	readonly cell: (result: CaseResult) => string;
	readonly left?: boolean;
}

export function report(results: readonly CaseResult[]): string {
	const groups = [...new Set(results.map(({ group }) => group))];
	const parts = groups.map((group) =>
		section(
			group,
			results.filter((each) => each.group === group)
		)
	);
	return [...parts, LEGEND].join('\n\n');
}

function section(group: string, results: readonly CaseResult[]): string {
	const lines = [`### ${group}`, '', table(results)];
	const missed = results.flatMap(({ name, size, goals }) =>
		goals.filter(({ reached }) => !reached).map(({ words }) => `- not reached: ${name}, ${whole(size)}: ${words}`)
	);
	if (missed.length > 0) lines.push('', ...missed);
	return lines.join('\n');
}

function table(results: readonly CaseResult[]): string {
	const columns = columnsOf(results);
	const rows = results.map((result) => columns.map(({ cell }) => cell(result)));
	const used = columns.map((_, index) => rows.some((row) => row[index] !== ''));
	const widths = columns.map(({ title }, index) => Math.max(title.length, 3, ...rows.map((row) => row[index]?.length ?? 0)));
	const line = (cells: readonly string[]) => {
		const padded = cells.map((cell, index) => (columns[index]?.left ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)));
		return `| ${padded.filter((_, index) => used[index]).join(' | ')} |`;
	};
	const rule = columns.map(({ left }, index) => `${left ? ':' : '-'}${'-'.repeat((widths[index] ?? 3) - 2)}${left ? '-' : ':'}`);
	return [line(columns.map(({ title }) => title)), line(rule), ...rows.map(line)].join('\n');
}

function columnsOf(results: readonly CaseResult[]): readonly Column[] {
	const figures = [...new Set(results.flatMap(({ figures }) => Object.keys(figures)))];
	const baselines = [...new Set(results.flatMap((each) => each.baselines.map(({ name }) => name)))];
	return [
		{ title: 'case', cell: ({ name }) => name, left: true },
		{ title: 'size', cell: ({ size }) => whole(size) },
		{ title: 'requests', cell: ({ requests }) => given(requests, whole) },
		{ title: 'queries', cell: ({ queries }) => given(queries, whole) },
		{ title: 'wall', cell: ({ wallMs }) => time(wallMs) },
		{ title: 'bound', cell: ({ boundMs }) => given(boundMs, time) },
		{ title: 'to bound', cell: ({ ratioToBound }) => given(ratioToBound, times) },
		...baselines.map((name) => ({ title: name, cell: (result: CaseResult) => baselineCell(result, name) })),
		{ title: 'peak RSS', cell: ({ peakRssBytes }) => given(peakRssBytes, mebibytes) },
		...figures.map((name) => ({ title: name, cell: ({ figures: all }: CaseResult) => given(all[name] ?? null, figure) })),
		{ title: 'goals', cell: goalsCell }
	];
}

function baselineCell({ baselines }: CaseResult, name: string): string {
	const found = baselines.find((baseline) => baseline.name === name);
	return found === undefined ? '' : `${time(found.wallMs)}${found.measured ? '' : COMPUTED} ${times(found.ratio)}`;
}

function goalsCell({ goals }: CaseResult): string {
	return goals.length === 0 ? '' : goals.every(({ reached }) => reached) ? 'reached' : 'NOT REACHED';
}

const given = (value: number | null, words: (value: number) => string) => (value === null ? '' : words(value));
const figure = (value: number) => (Number.isInteger(value) || value >= 100 ? whole(value) : value.toFixed(1));
