import { DateTime, Duration } from 'luxon';

/** Examples for an operator whose text was not understood. */
export const END_DATE_EXAMPLES = '2h, 3 days, 1w, 2026-12-01 or 2026-12-01 18:00';

const UNITS = {
	seconds: /^(s|sec|secs|second|seconds)$/,
	minutes: /^(m|min|mins|minute|minutes)$/,
	hours: /^(h|hr|hrs|hour|hours)$/,
	days: /^(d|day|days)$/,
	weeks: /^(w|week|weeks)$/,
	months: /^(mo|month|months)$/,
	years: /^(y|year|years)$/
} as const;

const DURATION = /^(\d{1,6}\s*[a-z]+[\s,]*)+$/;
const STEP = /(\d+)\s*([a-z]+)/g;
const MAX_YEARS = 10;

/**
 * Parses an end date as an operator types it: a duration (`2h`, `3 days`, `1w 2d`) or a date with or without a time (`2026-12-01`,
 * `2026-12-01 18:00`). A date alone means the end of that day in the time zone.
 * @returns `invalid` if it is neither; `past` if it has passed; `too-far` if it is more than {@link MAX_YEARS} years ahead
 */
export function parseEndDate(text: string, now: Date, timeZone: string): Date | 'invalid' | 'past' | 'too-far' {
	const input = text
		.trim()
		.toLowerCase()
		.replace(/^(for|in|until)\s+/, '');
	const start = DateTime.fromJSDate(now, { zone: timeZone });
	const end = DURATION.test(input) ? after(start, input) : onDate(input, timeZone);
	if (end === null || !end.isValid) return 'invalid';
	if (end <= start) return 'past';
	if (end > start.plus({ years: MAX_YEARS })) return 'too-far';
	return end.toJSDate();
}

/** Days and longer units follow the calendar: a 23-hour day counts as a day. */
function after(start: DateTime, input: string): DateTime | null {
	let end = start;
	for (const [, amount, word = ''] of input.matchAll(STEP)) {
		const unit = (Object.keys(UNITS) as (keyof typeof UNITS)[]).find((candidate) => UNITS[candidate].test(word));
		if (unit === undefined) return null;
		end = end.plus(Duration.fromObject({ [unit]: Number(amount) }));
	}
	return end;
}

function onDate(input: string, timeZone: string): DateTime | null {
	const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[ t]+(\d{1,2}:\d{2}))?$/.exec(input) ?? [];
	// ISO 8601, with or without an offset.
	if (date === undefined) return /^\d{4}-\d{2}-\d{2}t/.test(input) ? DateTime.fromISO(input.toUpperCase(), { zone: timeZone }) : null;
	if (time !== undefined) return DateTime.fromFormat(`${date} ${time}`, 'yyyy-MM-dd H:mm', { zone: timeZone });
	return DateTime.fromISO(date, { zone: timeZone }).endOf('day');
}
