/** Reading Discord IDs that people and programs typed into Stripe, into a database or into the settings. */

/** A Discord ID, of a user, a guild, a channel or a role. */
export const SNOWFLAKE = /^\d{17,20}$/;

/** Whitespace and invisible characters, such as zero-width spaces, direction marks and byte order marks: copying a text adds them. */
const PADDING = /^[\s\p{Cf}]+|[\s\p{Cf}]+$/gu;

/** What Discord's clients copy instead of the bare ID. */
const MENTIONS = { user: /^<@!?(\d+)>$/, role: /^<@&(\d+)>$/, channel: /^<#(\d+)>$/ } as const;

/** A Stripe metadata value has at most this many characters; longer texts are not searched. */
const MAX_LENGTH = 500;

/**
 * Reads a text that is a Discord ID or a mention of one, `<@id>` or `<@!id>`; what surrounds it is trimmed.
 * @param kind - whose mention is accepted: `<@&id>` for a role, `<#id>` for a channel
 * @returns the ID; null if the text is anything else
 */
export function parseDiscordId(text: string, kind: keyof typeof MENTIONS = 'user'): string | null {
	if (SNOWFLAKE.test(text)) return text;
	const trimmed = trim(text);
	const id = MENTIONS[kind].exec(trimmed)?.[1] ?? trimmed;
	return SNOWFLAKE.test(id) ? id : null;
}

/** Whether a text has nothing but padding. */
export function isBlank(text: string): boolean {
	return trim(text) === '';
}

/**
 * The Discord IDs that a text contains besides other characters, such as `"<id>"`, `discord:<id>` or two IDs in one value: the members
 * who may be meant by a value that {@link parseDiscordId} refuses.
 * @returns each once
 */
export function discordIdsWithin(text: string): readonly string[] {
	// NFKC turns full-width digits into ASCII.
	const plain = text
		.slice(0, MAX_LENGTH)
		.normalize('NFKC')
		.replaceAll(/\p{Cf}/gu, '');
	const ungrouped = plain.replaceAll(/(?<=\d)[\s.,'_-](?=\d)/g, '');
	const found = [plain, ungrouped].flatMap((each) => each.match(/(?<!\d)\d{17,20}(?!\d)/g) ?? []);
	return [...new Set(found)];
}

/** The Discord IDs that a value names or, if it cannot be read, contains. */
export function discordIdsIn(value: string): readonly string[] {
	const named = parseDiscordId(value);
	return named === null ? discordIdsWithin(value) : [named];
}

/** Significant digits that a spreadsheet keeps. */
const SPREADSHEET_DIGITS = 15;

/** At most ten texts that {@link mayMean} the member: the usual forms, for a search that finds exact values only. */
export function writtenForms(discordId: string): readonly string[] {
	const cut = discordId.slice(0, SPREADSHEET_DIGITS).padEnd(discordId.length, '0');
	const rounded = [String(Number(discordId)), String(BigInt(Number(discordId))), cut];
	return [...new Set([discordId, `<@${discordId}>`, `<@!${discordId}>`, `${discordId} `, ` ${discordId}`, `"${discordId}"`, ...rounded])];
}

/**
 * Whether a value is what a program makes of the ID if it reads it as a number: a double (`123456789012345680`), a spreadsheet's 15 digits
 * (`123456789012345000`), or scientific notation (`1.23456789012346E+17`).
 */
export function isRoundingOf(value: string, id: string): boolean {
	if (value === id || !SNOWFLAKE.test(id)) return false;
	if (SNOWFLAKE.test(value)) {
		if (value.length !== id.length) return false;
		return (
			(looksLikeDouble(value) && Number(value) === Number(id)) || (isSpreadsheetRounding(value) && keeps(value, id, SPREADSHEET_DIGITS))
		);
	}
	const [, first = '', rest = '', exponent = ''] = /^(\d)(?:[.,](\d{1,20}))?E\+?(\d{2})$/i.exec(trim(value)) ?? [];
	const digits = first + rest;
	if (digits === '' || Number(exponent) !== id.length - 1) return false;
	const asDouble = Number(id).toExponential(rest.length);
	return asDouble.startsWith(rest === '' ? first : `${first}.${rest}`) || (digits.length < id.length && keeps(digits, id, digits.length));
}

/** Whether a value is the member's ID, contains it, or is what a program makes of it. */
export function mayMean(value: string, discordId: string): boolean {
	return discordIdsIn(value).includes(discordId) || isRoundingOf(parseDiscordId(value) ?? value, discordId);
}

/** Whether a valid ID may be another one rounded: cheap, and true for one ID of ten. */
export function looksRounded(id: string): boolean {
	return looksLikeDouble(id) || isSpreadsheetRounding(id);
}

/** Whether it is how programs print a double: exactly, or with the fewest digits that identify it. */
function looksLikeDouble(id: string): boolean {
	return String(Number(id)) === id || String(BigInt(Number(id))) === id;
}

/** Whether an ID has the 15 digits that a spreadsheet keeps, and zeros. */
export function isSpreadsheetRounding(id: string): boolean {
	return id.length > SPREADSHEET_DIGITS && /^0+$/.test(id.slice(SPREADSHEET_DIGITS));
}

/** Whether the first digits of the value are those of the ID, cut off or rounded. */
function keeps(value: string, id: string, digits: number): boolean {
	const [kept, first, next] = [value.slice(0, digits), id.slice(0, digits), id[digits] ?? '0'];
	return kept === first || (next >= '5' && kept === String(BigInt(first) + 1n));
}

function trim(text: string): string {
	return text.replaceAll(PADDING, '');
}
