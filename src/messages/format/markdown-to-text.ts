/**
 * Discord's markdown → plain text, for mails: what {@link escapeText} and the words of a report build, read back. A mail says
 * the same as the report because it is the report.
 */

/** Finds the names that Discord shows for people; whoever is not there has none. Never fails. */
export type NamesOf = (discordIds: Iterable<string>) => Promise<ReadonlyMap<string, string>>;

/** What a mail shows in place of what Discord resolves. */
export interface TextContext {
	/** Somebody's name. */
	readonly nameOf: (discordId: string) => string;
	/** An IANA time zone. */
	readonly timeZone: string;
}

const TOKEN = /\\([^A-Za-z0-9\s])|<@!?(\d{1,20})>|<t:(\d{1,12})(?::[a-zA-Z])?>|\[([^\]]*)\]\((https?:[^)\s]*)\)|\*\*|`|\u200B/g;

/** One text of an embed or a message, as somebody reads it who is not on Discord. */
export function markdownToText(text: string, { nameOf, timeZone }: TextContext): string {
	return text.replace(TOKEN, (_, escaped, person, seconds, label, url) => {
		if (escaped !== undefined) return escaped;
		if (person !== undefined) return `${nameOf(person)} (${person})`;
		if (seconds !== undefined) return absolute(new Date(Number(seconds) * 1000), timeZone);
		if (label !== undefined) return `${label} (${url})`;
		return '';
	});
}

/** "20 Nov 2026, 03:00 (Europe/Berlin)": a mail is read anywhere, so the time zone stands with it. */
export function absolute(date: Date, timeZone: string): string {
	const written = new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'medium', timeStyle: 'short' }).format(date);
	return `${written} (${timeZone})`;
}
