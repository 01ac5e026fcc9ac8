import { formatDuration, formatInteger, formatMebibytes, formatRatio } from './format.js';
import type { CaseResult } from './result.js';

/** Results as Markdown tables, one per group, without empty columns. */

/** Marks a value that was scaled, not measured. */
const COMPUTED = '*';
const LEGEND = `${COMPUTED} computed from a measurement at a smaller size in the same run. The bound is always computed. × after a baseline: its time as a multiple of Reeve's.`;

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
		goals.filter(({ met }) => !met).map(({ label }) => `- not met: ${name}, ${formatInteger(size)}: ${label}`)
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
		{ title: 'size', cell: ({ size }) => formatInteger(size) },
		{ title: 'requests', cell: ({ requests }) => orEmpty(requests, formatInteger) },
		{ title: 'queries', cell: ({ queries }) => orEmpty(queries, formatInteger) },
		{ title: 'wall', cell: ({ wallMs }) => formatDuration(wallMs) },
		{ title: 'bound', cell: ({ boundMs }) => orEmpty(boundMs, formatDuration) },
		{ title: 'to bound', cell: ({ ratioToBound }) => orEmpty(ratioToBound, formatRatio) },
		...baselines.map((name) => ({ title: name, cell: (result: CaseResult) => baselineCell(result, name) })),
		{ title: 'peak RSS', cell: ({ peakRssBytes }) => orEmpty(peakRssBytes, formatMebibytes) },
		...figures.map((name) => ({ title: name, cell: ({ figures: all }: CaseResult) => orEmpty(all[name] ?? null, formatFigure) })),
		{ title: 'goals', cell: goalsCell }
	];
}

function baselineCell({ baselines }: CaseResult, name: string): string {
	const found = baselines.find((baseline) => baseline.name === name);
	return found === undefined ? '' : `${formatDuration(found.wallMs)}${found.measured ? '' : COMPUTED} ${formatRatio(found.ratio)}`;
}

function goalsCell({ goals }: CaseResult): string {
	return goals.length === 0 ? '' : goals.every(({ met }) => met) ? 'met' : 'NOT MET';
}

const orEmpty = (value: number | null, format: (value: number) => string) => (value === null ? '' : format(value));
const formatFigure = (value: number) => (Number.isInteger(value) || value >= 100 ? formatInteger(value) : value.toFixed(1));
