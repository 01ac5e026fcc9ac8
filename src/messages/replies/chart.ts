import type { APIEmbed } from 'discord.js';
import { DateTime } from 'luxon';
import { roughDuration } from '../../reconciliation/domain/time-in-text.js';
import type { DailyFigures, DayFigures } from '../../reconciliation/health/daily-figures.js';
import type { OpenKind } from '../../reconciliation/health/status.js';
import { count, number, SCOPE_NAMES } from '../format/format.js';
import { MAX_FILE_DESCRIPTION_LENGTH } from '../format/limits.js';
import { shortTotals } from '../format/money.js';
import { cut } from '../format/text.js';

/** The chart of the last days, as a picture in an embed. */

const FILE_NAME = 'last-30-days.png';

/** A file of a message, as discord.js takes it. */
export interface ChartFile {
	readonly attachment: Buffer;
	readonly name: string;
	/** Read aloud, and shown in place of the picture. */
	readonly description: string;
}

export function chartFile(figures: DailyFigures, attachment: Buffer): ChartFile {
	return { attachment, name: FILE_NAME, description: cut(describeFigures(figures), MAX_FILE_DESCRIPTION_LENGTH) };
}

/** The embed with the chart below its text; without a chart as it is. */
export function withChart(embed: APIEmbed, chart: ChartFile | null): APIEmbed {
	return chart === null ? embed : { ...embed, image: { url: `attachment://${chart.name}` } };
}

/** The figures of the chart in words. Plain text: Discord shows no dates or Markdown there. */
export function describeFigures({ days, repairs, timeZone }: DailyFigures): string {
	const [first] = days;
	const today = days.at(-1);
	if (first === undefined || today === undefined) return '';
	const kinds = (Object.keys(SCOPE_NAMES) as OpenKind['kind'][]).filter((kind) => days.some(({ open }) => open[kind] !== undefined));
	const medians = days.flatMap(({ repairs: { medianMs } }) => (medianMs === null ? [] : [medianMs]));
	const newest = days.findLast((each) => each.money !== null)?.money ?? null;
	const money = newest === null ? null : shortTotals(newest);
	return [
		`Chart of the last ${days.length} days, ${plainDate(first.day)} to ${plainDate(today.day)} (${timeZone}).`,
		...(kinds.length === 0
			? ['No issue was open.']
			: [
					`Open issues: ${range(days, (open) => Object.values(open).reduce((sum, many) => sum + many, 0))}.`,
					...kinds.map((kind) => `${SCOPE_NAMES[kind]}: ${range(days, (open) => open[kind] ?? 0)}.`)
				]),
		repairs.medianMs === null
			? 'No issue was repaired.'
			: `Time to repair: ${count(repairs.many, 'issue')} repaired, median ${roughDuration(repairs.medianMs)}; by day from ${roughDuration(Math.min(...medians))} to ${roughDuration(Math.max(...medians))}.`,
		...(money === null ? [] : [`Money: ${money}.`])
	].join(' ');
}

/** "6 today, at most 14 on 12 Nov 2026". */
function range(days: readonly DayFigures[], manyOf: (open: DayFigures['open']) => number): string {
	const values = days.map(({ open }) => manyOf(open));
	const most = Math.max(...values);
	const day = days[values.indexOf(most)]?.day ?? '';
	return `${number(values.at(-1) ?? 0)} today, at most ${number(most)} on ${plainDate(day)}`;
}

function plainDate(day: string): string {
	return DateTime.fromISO(day, { zone: 'UTC' }).setLocale('en-US').toFormat('d MMM yyyy');
}
