import { isPseudonym } from '../../reconciliation/domain/audit.js';
import { TIME_IN_TEXT } from '../../reconciliation/domain/time-in-text.js';
import { FORGOTTEN_NAME } from '../../reconciliation/privacy/person-data.js';
import { day } from './timestamps.js';

/** Sanitizes untrusted text: names, team names and statuses must not ping, format, link, reorder or overflow a message. */

/** Shown for a name without visible characters. */
const INVISIBLE = 'no visible name';

/** Discord's names have at most 32 characters. */
const NAME_LENGTH = 40;

/** Keeps U+FE0F, which selects an emoji's coloured form. */
const INVISIBLES = /[\p{Cf}\p{Cs}\u2800]|(?!\uFE0F)\p{Default_Ignorable_Code_Point}/gu;

/** More combining marks than this on a letter overlap neighbouring lines ("zalgo"). */
const STACKED_MARKS = /(\p{M}{3})\p{M}+/gu;

/** One line without control, zero-width and direction characters, lone surrogates and stacked marks. */
export function clean(text: string): string {
	return text
		.replace(/\p{Cc}/gu, ' ')
		.replace(INVISIBLES, '')
		.replace(STACKED_MARKS, '$1')
		.replace(/\s+/gu, ' ')
		.trim();
}

/**
 * Shortens to `max` UTF-16 units, Discord's strictest count, with an ellipsis. Never splits a surrogate pair.
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
 * Escapes cleaned text for Discord's markdown. `escapeMarkdown` of discord.js leaves mentions, timestamps and bare links alone
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

/** Untrusted text for an embed or a message: cleaned, escaped, at most `max` characters. */
export function escapeText(text: string, max: number): string {
	const escaped = escapeMarkup(clean(text));
	// An escape whose character was cut off would escape the ellipsis.
	return escaped.length <= max ? escaped : cut(escaped, max).replace(/(?<!\\)(?:\\\\)*\\…$/, (tail) => `${tail.slice(0, -2)}…`);
}

/** What only Reeve's own sentences contain. Matches it escaped. */
const OWN_MARKUP = /https:\\\/\/(?=(?:status|dashboard)\.stripe\.com(?:\/|[.,;:)]?(?:\s|$)))|\\`(\/reconcile [a-z :-]+)\\`/g;

/** A channel that Reeve names by its ID. */
const CHANNEL = /\bin channel (\d{17,20})\b/g;

/**
 * A sentence of Reeve's for an embed or a message: escaped as {@link escapeText} does, for it may quote untrusted text, except for its
 * links to Stripe and the commands it names; its times and channels are shown as Discord shows them.
 */
export function sentence(text: string, max: number): string {
	// Each replacement is shorter than what it replaces.
	return escapeText(text, max)
		.replace(TIME_IN_TEXT, (time) => day(new Date(time)))
		.replace(CHANNEL, 'in <#$1>')
		.replace(OWN_MARKUP, (_, command) => (command === undefined ? 'https://' : `\`${command}\``));
}

/** The text with a capital first letter. */
export function capital(text: string): string {
	return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

/** A name for an embed or a message. Never empty. */
export function escapeName(name: string, max: number = NAME_LENGTH): string {
	return escapeText(visible(name), max);
}

/** A name where Discord renders no markdown: a button's label, a footer. Never empty. */
export function plainName(name: string, max: number = NAME_LENGTH): string {
	return cut(visible(name), max);
}

function visible(name: string): string {
	const cleaned = clean(name);
	return /[\p{L}\p{N}\p{P}\p{S}]/u.test(cleaned) ? cleaned : INVISIBLE;
}

/** A mention. A value that is not a Discord ID is shown as escaped text. */
export function mention(discordId: string): string {
	if (isPseudonym(discordId)) return FORGOTTEN_NAME;
	return /^\d{1,20}$/.test(discordId) ? `<@${discordId}>` : escapeName(discordId, 20);
}

/** "@ada (ada)": a mention alone shows as digits to readers whose client has not loaded the member. */
export function mentionWithName(discordId: string, name: string | null): string {
	return name === null || isPseudonym(discordId) ? mention(discordId) : `${mention(discordId)} (${escapeName(name)})`;
}
