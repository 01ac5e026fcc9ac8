import { DateTime } from 'luxon';
import type { MoneyTotals } from '../domain/money.js';
import type { OpenKind } from './status.js';

/** What the chart of the last days shows. Pure but for the store. */

/** Days of the chart, today included. */
const CHART_DAYS = 30;

export interface DailyFigures {
	/** Of the days: an IANA time zone. */
	readonly timeZone: string;
	/** Oldest first; the last one is today. */
	readonly days: readonly DayFigures[];
	/** Over all days. */
	readonly repairs: Repairs;
}

export interface DayFigures {
	/** YYYY-MM-DD in the time zone. */
	readonly day: string;
	/** Issues that were open at any time of the day, by kind; kinds without one are missing. */
	readonly open: Readonly<Partial<Record<OpenKind['kind'], number>>>;
	/** Issues that were fixed or went away on this day. */
	readonly repairs: Repairs;
	/** The money that the issues of the day's last report are about; null without one, or if it was not counted. */
	readonly money: MoneyTotals | null;
}

export interface Repairs {
	readonly many: number;
	/** Median time from the run that found an issue to its end; null without an issue. */
	readonly medianMs: number | null;
}

export interface DailyFiguresStore {
	/**
	 * Issues that were open at any time since the first bound, counted by kind and by the days in which they were found and settled.
	 * @param bounds - start of each day, oldest first
	 * @returns days as 1-based indexes of the bounds; 0 for a day before them, and `to` null for issues that are open
	 */
	countIssueSpans(bounds: readonly Date[]): Promise<readonly IssueSpan[]>;
	/** Issues that were fixed, or went away without an exemption. @returns one row per day that has any, and one over all with `day` null */
	countRepairs(bounds: readonly Date[]): Promise<readonly (Repairs & { readonly day: number | null })[]>;
	/** The money of the last run of each day that has any. @returns at most one row per day */
	moneyPerDay(bounds: readonly Date[]): Promise<readonly { readonly day: number; readonly money: MoneyTotals }[]>;
}

export interface IssueSpan extends Pick<OpenKind, 'kind' | 'many'> {
	readonly from: number;
	readonly to: number | null;
}

const NO_REPAIRS: Repairs = { many: 0, medianMs: null };

/** Reads the figures of the last {@link CHART_DAYS} days. */
export async function readDailyFigures(store: DailyFiguresStore, timeZone: string, now: Date): Promise<DailyFigures> {
	const days = lastDays(timeZone, now);
	const bounds = days.map(({ start }) => start);
	const [spans, repairs, money] = await Promise.all([store.countIssueSpans(bounds), store.countRepairs(bounds), store.moneyPerDay(bounds)]);
	return {
		timeZone,
		days: days.map(({ day }, index) => ({
			day,
			open: openOn(index + 1, spans),
			repairs: repairsOf(repairs, index + 1),
			money: money.find((each) => each.day === index + 1)?.money ?? null
		})),
		repairs: repairsOf(repairs, null)
	};
}

/** The last days in a time zone with the time at which each starts, oldest first: a day of daylight saving has 23 or 25 hours. */
export function lastDays(timeZone: string, now: Date, many = CHART_DAYS): readonly { readonly day: string; readonly start: Date }[] {
	const today = DateTime.fromJSDate(now, { zone: timeZone }).startOf('day');
	return Array.from({ length: many }, (_, index) => {
		const start = today.minus({ days: many - 1 - index }).startOf('day');
		return { day: start.toFormat('yyyy-MM-dd'), start: start.toJSDate() };
	});
}

/** Whether there is anything to show. */
export function hasFigures({ days, repairs }: DailyFigures): boolean {
	return repairs.many > 0 || days.some(({ open }) => Object.keys(open).length > 0);
}

function openOn(day: number, spans: readonly IssueSpan[]): DayFigures['open'] {
	const open: Partial<Record<OpenKind['kind'], number>> = {};
	for (const { kind, many, from, to } of spans) if (from <= day && (to === null || to >= day)) open[kind] = (open[kind] ?? 0) + many;
	return open;
}

function repairsOf(rows: Awaited<ReturnType<DailyFiguresStore['countRepairs']>>, day: number | null): Repairs {
	const row = rows.find((each) => each.day === day);
	return row === undefined ? NO_REPAIRS : { many: row.many, medianMs: row.medianMs };
}
