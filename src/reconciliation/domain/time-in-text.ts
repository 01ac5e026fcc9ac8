import { DateTime } from 'luxon';

/** Times within the texts that the core writes for operators: ISO 8601 to the second, which messages show in the reader's time zone. */

/** Matches what {@link timeInText} writes. */
export const TIME_IN_TEXT = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ/g;

export function timeInText(date: Date): string {
	return date.toISOString().replace(/\.\d+Z$/, 'Z');
}

/** "28 Nov 2026": for readers of plain text, such as Discord's audit log. @param timeZone - an IANA name */
export function plainDay(date: Date, timeZone = 'UTC'): string {
	return DateTime.fromJSDate(date, { zone: timeZone }).setLocale('en-US').toFormat('d MMM yyyy');
}

/** The text with its times as days: "ended 28 Nov 2026". @param now - given: leaves out its year */
export function withPlainDays(text: string, now?: Date): string {
	const thisYear = now === undefined ? '' : ` ${now.getUTCFullYear()}`;
	return text.replace(TIME_IN_TEXT, (time) => {
		const day = plainDay(new Date(time));
		return thisYear !== '' && day.endsWith(thisYear) ? day.slice(0, -thisYear.length) : day;
	});
}

const UNITS = [
	['d', 86_400_000],
	['h', 3_600_000],
	['min', 60_000]
] as const;

/** "30 s", "2.5 h", "12 d": in the largest unit that fits. */
export function roughDuration(ms: number): string {
	const [unit, size] = UNITS.find(([, least]) => ms >= least) ?? (['s', 1000] as const);
	const value = ms / size;
	return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${unit}`;
}
