/**
 * Text that strangers chose, made fit to be printed. Names come from Discord, team names and statuses from elsewhere: none of
 * them may ping, format, link, reorder or overflow a report.
 */

/** Shown for a name of which nothing can be seen. */
const INVISIBLE = 'no visible name';

/** Discord shows names of up to 32 characters; longer ones are not real. */
const NAME_LENGTH = 40;

/** The emoji selector is the one invisible character that is kept: without it a heart is another heart. */
const INVISIBLES = /[\p{Cf}\p{Cs}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu;

/** A letter with more marks than this on it reaches over its neighbours ("zalgo"). */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;

/** One line without control, zero-width and direction characters, half emoji and towers of marks. */
export function clean(text: string): string {
	return text
		.replace(/\p{Cc}/gu, ' ')
		.replace(INVISIBLES, '')
		.replace(STACKED_MARKS, '$1')
		.replace(/\s+/gu, ' ')
		.trim();
}

/**
 * Shortens to `max` characters as Discord counts them at worst (UTF-16 units), with an ellipsis, and never through an emoji.
 */
export function cut(text: string, max: number): string {
	if (text.length <= max) return text;
	let kept = '';
	for (const point of text) {
		if (kept.length + point.length > max - 1) break;
		kept += point;
	}
	return `${kept.trimEnd()}…`;
}

/**
 * Makes cleaned text mean itself in Discord's markdown. `escapeMarkdown` of discord.js leaves mentions, timestamps and bare links alone
 * and breaks `past_due`, which needs no escape: an underscore within a word formats nothing.
 */
function escapeMarkup(text: string): string {
	return text
		.replace(/[\\*~|`<[\]]/g, '\\$&')
		.replace(/(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\_')
		.replace(/:\/\//g, ':\\//')
		.replace(/^[#>+-]/, '\\$&')
		.replace(/^(\d+)(?=[.)])/, '$1\\')
		.replace(/@(?=everyone|here)/gi, '@\u200B');
}

/** Text of unknown origin, for an embed or a message: cleaned, escaped, at most `max` characters long. */
export function escapeText(text: string, max: number): string {
	const escaped = escapeMarkup(clean(text));
	// An escape whose character was cut off would escape the ellipsis.
	return escaped.length <= max ? escaped : cut(escaped, max).replace(/(?<!\\)(?:\\\\)*\\…$/, (tail) => `${tail.slice(0, -2)}…`);
}

/** Somebody's name, for an embed or a message. Never empty. */
export function escapeName(name: string, max: number = NAME_LENGTH): string {
	return escapeText(visible(name), max);
}

/** Somebody's name where Discord reads no markdown: a button's label, a footer. Never empty. */
export function plainName(name: string, max: number = NAME_LENGTH): string {
	return cut(visible(name), max);
}

function visible(name: string): string {
	const cleaned = clean(name);
	return /[\p{L}\p{N}\p{P}\p{S}]/u.test(cleaned) ? cleaned : INVISIBLE;
}

/** A mention, which pings nobody inside an embed. What is no Discord ID is shown as what it is. */
export function mention(discordId: string): string {
	return /^\d{1,20}$/.test(discordId) ? `<@${discordId}>` : escapeName(discordId, 20);
}

/** "@ada (ada)": a mention alone shows as digits to readers whose client has not loaded the member. */
export function mentionWithName(discordId: string, name: string | null): string {
	return name === null ? mention(discordId) : `${mention(discordId)} (${escapeName(name)})`;
}
