/** Times as Discord's client shows them. */

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
	['year', 31_536_000],
	['month', 2_592_000],
	['day', 86_400],
	['hour', 3_600],
	['minute', 60],
	['second', 1]
];

export function relativeTime(date: Date, now: Date = new Date()): string {
	const seconds = Math.round((date.getTime() - now.getTime()) / 1_000);
	const [unit, length] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ['second', 1];
	return new Intl.RelativeTimeFormat('en', { numeric: 'auto' }).format(Math.round(seconds / length), unit);
}

export function fullTime(date: Date): string {
	return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'short' }).format(date);
}

/** Beside the author of a message: the time of day, with the date unless it is today. */
export function messageTime(date: Date, now: Date = new Date()): string {
	const today = date.toDateString() === now.toDateString();
	return new Intl.DateTimeFormat('en-GB', today ? { timeStyle: 'short' } : { dateStyle: 'short', timeStyle: 'short' }).format(date);
}
