import { DateTime, Duration } from 'luxon';

/** When something is to end, as an operator writes it: `2h`, `3 days`, `1w 2d`, `2026-12-01`, `2026-12-01 18:00`. */

/** For whoever wrote something else. */
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
 * Reads it. A date alone means to its end, in the time zone.
 * @returns `unclear` for what is no such thing; `past` for what is over already; `far` for more than ten years
 */
export function parseEndDate(text: string, now: Date, timeZone: string): Date | 'invalid' | 'past' | 'too-far' {
	const written = text
		.trim()
		.toLowerCase()
		.replace(/^(for|in|until)\s+/, '');
	const start = DateTime.fromJSDate(now, { zone: timeZone });
	const end = DURATION.test(written) ? after(start, written) : onDate(written, timeZone);
	if (end === null || !end.isValid) return 'invalid';
	if (end <= start) return 'past';
	if (end > start.plus({ years: MAX_YEARS })) return 'too-far';
	return end.toJSDate();
}

/** Days and longer are those of the calendar: one that is an hour shorter is a day all the same. */
function after(start: DateTime, written: string): DateTime | null {
	let end = start;
	for (const [, amount, word = ''] of written.matchAll(STEP)) {
		const unit = (Object.keys(UNITS) as (keyof typeof UNITS)[]).find((candidate) => UNITS[candidate].test(word));
		if (unit === undefined) return null;
		end = end.plus(Duration.fromObject({ [unit]: Number(amount) }));
	}
	return end;
}

function onDate(written: string, timeZone: string): DateTime | null {
	const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[ t]+(\d{1,2}:\d{2}))?$/.exec(written) ?? [];
	// As programs write it, with or without a zone of its own.
	if (date === undefined) return /^\d{4}-\d{2}-\d{2}t/.test(written) ? DateTime.fromISO(written.toUpperCase(), { zone: timeZone }) : null;
	if (time !== undefined) return DateTime.fromFormat(`${date} ${time}`, 'yyyy-MM-dd H:mm', { zone: timeZone });
	return DateTime.fromISO(date, { zone: timeZone }).endOf('day');
}
