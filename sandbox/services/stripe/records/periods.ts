/** Billing periods: intervals counted from the billing cycle anchor, with the day clamped to the length of the month. */

export interface Period {
	readonly start: number;
	readonly end: number;
}

/** How often a price is charged. */
export interface Interval {
	readonly unit: 'day' | 'week' | 'month' | 'year';
	readonly count: number;
}

const DAY = 86_400;
const SECONDS = { day: DAY, week: 7 * DAY } as const;
const MONTHS = { month: 1, year: 12 } as const;

const isShort = (unit: Interval['unit']): unit is keyof typeof SECONDS => unit in SECONDS;

export function addMonths(seconds: number, months: number): number {
	const date = new Date(seconds * 1000);
	const day = date.getUTCDate();
	date.setUTCDate(1);
	date.setUTCMonth(date.getUTCMonth() + months);
	const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
	date.setUTCDate(Math.min(day, last));
	return date.getTime() / 1000;
}

/** @param times - may be negative */
export function addIntervals(seconds: number, { unit, count }: Interval, times: number): number {
	return isShort(unit) ? seconds + SECONDS[unit] * count * times : addMonths(seconds, MONTHS[unit] * count * times);
}

/** The period that contains `at`, which may be before the anchor. */
export function periodAt(anchor: number, at: number, interval: Interval): Period {
	let times = Math.floor(isShort(interval.unit) ? shortIntervals(anchor, at, interval) : monthIntervals(anchor, at, interval));
	if (addIntervals(anchor, interval, times) > at) times -= 1;
	return { start: addIntervals(anchor, interval, times), end: addIntervals(anchor, interval, times + 1) };
}

function shortIntervals(anchor: number, at: number, { unit, count }: Interval): number {
	return (at - anchor) / (SECONDS[unit as keyof typeof SECONDS] * count);
}

/** As if every month had ended by its last day: may be one too many. */
function monthIntervals(anchor: number, at: number, { unit, count }: Interval): number {
	const [from, to] = [new Date(anchor * 1000), new Date(at * 1000)];
	const months = (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
	return months / (MONTHS[unit as keyof typeof MONTHS] * count);
}
