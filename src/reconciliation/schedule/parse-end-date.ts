import { DateTime, Duration } from 'luxon';

/** Examples for an operator whose text was not understood. */
export const END_DATE_EXAMPLES = '2h, 3 days, tomorrow, next monday or 2026-12-01 18:00';

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

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];
const NAMED_DAY = /^(?:(?:on|next|this)\s+)?([a-z]+)(?:,?\s+(?:at\s+)?(\d{1,2}:\d{2}))?$/;

/**
 * Parses an end date as an operator types it: a duration (`2h`, `3 days`, `1w 2d`), a day by its name (`tomorrow`, `next monday`) or a date
 * (`2026-12-01`), each day with or without a time (`tomorrow 18:00`). A day alone means its end in the time zone.
 * @returns `invalid` if it is none of these; `past` if it has passed; `too-far` if it is more than {@link MAX_YEARS} years ahead
 */
export function parseEndDate(text: string, now: Date, timeZone: string): Date | 'invalid' | 'past' | 'too-far' {
	const input = text
		.trim()
		.toLowerCase()
		.replace(/^(for|in|until)\s+/, '');
	const start = DateTime.fromJSDate(now, { zone: timeZone });
	const end = DURATION.test(input) ? after(start, input) : (onNamedDay(start, input) ?? onDate(input, timeZone));
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

/** The next day of that name after today; null for any other text. */
function onNamedDay(now: DateTime, input: string): DateTime | null {
	const [, name = '', time] = NAMED_DAY.exec(input) ?? [];
	const day = namedDay(now, name);
	if (day === null) return null;
	if (time === undefined) return day.endOf('day');
	return DateTime.fromFormat(`${day.toISODate()} ${time}`, 'yyyy-MM-dd H:mm', { zone: now.zone });
}

function namedDay(now: DateTime, name: string): DateTime | null {
	switch (name) {
		case 'today':
		case 'tonight':
			return now;
		case 'tomorrow':
			return now.plus({ days: 1 });
		case 'week':
			return now.plus({ weeks: 1 });
		case 'month':
			return now.plus({ months: 1 });
	}
	const weekday = WEEKDAYS.findIndex((each) => each === name || (name.length >= 3 && each.startsWith(name))) + 1;
	return weekday === 0 ? null : now.plus({ days: ((weekday - now.weekday + 6) % 7) + 1 });
}

function onDate(input: string, timeZone: string): DateTime | null {
	const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[ t]+(\d{1,2}:\d{2}))?$/.exec(input) ?? [];
	// ISO 8601, with or without an offset.
	if (date === undefined) return /^\d{4}-\d{2}-\d{2}t/.test(input) ? DateTime.fromISO(input.toUpperCase(), { zone: timeZone }) : null;
	if (time !== undefined) return DateTime.fromFormat(`${date} ${time}`, 'yyyy-MM-dd H:mm', { zone: timeZone });
	return DateTime.fromISO(date, { zone: timeZone }).endOf('day');
}
