import { plainDay } from '../../reconciliation/domain/time-in-text.js';

/** Discord's markdown → plain text, so that an email is the report itself. Handles what the formatters and `escapeText` produce. */

/** Looks up display names; users it cannot find are missing from the map. Never rejects. */
export type NamesOf = (discordIds: Iterable<string>) => Promise<ReadonlyMap<string, string>>;

/** Replaces what Discord's client resolves. */
export interface TextContext {
	readonly nameOf: (discordId: string) => string;
	/** An IANA time zone. */
	readonly timeZone: string;
}

const TOKEN = /\\([^A-Za-z0-9\s])|<@!?(\d{1,20})>|<t:(\d{1,12})(?::([a-zA-Z]))?>|\[([^\]]*)\]\((https?:[^)\s]*)\)|\*\*|`|\u200B|^-# /gm;

/** How long ago a time is, after the time itself: as plain text it would be the same time again. */
const AGE = /(?<=<t:\d{1,12}:f>) \(<t:\d{1,12}:R>\)/g;

/** One text of an embed or a message, readable outside Discord. */
export function markdownToText(text: string, { nameOf, timeZone }: TextContext): string {
	return text.replace(AGE, '').replace(TOKEN, (_, escaped, person, seconds, style, label, url) => {
		if (escaped !== undefined) return escaped;
		if (person !== undefined) return nameOf(person);
		if (seconds !== undefined) {
			const date = new Date(Number(seconds) * 1000);
			return style === 'D' ? plainDay(date, timeZone) : absolute(date, timeZone);
		}
		if (label !== undefined) return `${label} (${url})`;
		return '';
	});
}

/** "20 Nov 2026, 03:00 (Europe/Berlin)": names the time zone, because an email may be read in any. */
export function absolute(date: Date, timeZone: string): string {
	const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'short' }).format(date);
	return `${plainDay(date, timeZone)}, ${time} (${timeZone})`;
}
