/** Replaces secrets in a text by {@link REDACTED}. */
export type Redactor = (text: string) => string;

export interface Redactors {
	/** Redacts every secret: for the log and for error messages of other services. */
	readonly all: Redactor;
	/** Redacts only secrets that cannot be mistaken for ordinary text: for what is stored, shown and sent. */
	readonly distinctive: Redactor;
}

/** Has no special meaning in markdown, spreadsheets and HTML, and is short. */
export const REDACTED = '(hidden)';

/** A long secret is recognised by this many leading characters, because the text may have been truncated in the middle of it. */
const PREFIX_LENGTH = 16;

/** Shorter pieces of base64 may be part of ordinary text. */
const MIN_BASE64_LENGTH = 12;

/** A secret in one encoding. */
interface EncodedSecret {
	readonly whole: string;
	/** What is searched for; a match extends over as much of the rest as follows. */
	readonly prefix: string;
}

/**
 * Redacts secrets as they are, percent-encoded, in base64 (as in `Authorization: Basic` and SMTP), escaped with backslashes (as in
 * JSON, inspected objects and Discord's markdown), and truncated.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
	const encoded = [...new Set(secrets.filter((secret) => secret !== '').flatMap(encodedForms))].map((whole): EncodedSecret => {
		const long = whole.length > PREFIX_LENGTH;
		return { whole, prefix: long ? whole.slice(0, PREFIX_LENGTH) : whole };
	});
	return (text) => {
		if (!text.includes('\\')) return redactMatches(text, encoded, (index) => index);
		const { bare, positions } = withoutBackslashes(text);
		return redactMatches(bare, encoded, (index) => positions[index] ?? text.length, text);
	};
}

/**
 * Redacts in `text` what is found in `searched`.
 * @param positionOf - maps an index in `searched` to one in `text`
 */
function redactMatches(
	searched: string,
	encoded: readonly EncodedSecret[],
	positionOf: (index: number) => number,
	text = searched
): string {
	const matches: [from: number, to: number][] = [];
	for (const { whole, prefix } of encoded) {
		for (let start = searched.indexOf(prefix); start !== -1; start = searched.indexOf(prefix, start + 1)) {
			let length = prefix.length;
			while (length < whole.length && searched[start + length] === whole[length]) length += 1;
			matches.push([start, start + length]);
		}
	}
	if (matches.length === 0) return text;
	let [redacted, copiedTo, matchedTo] = ['', 0, -1];
	for (const [from, to] of matches.sort((a, b) => a[0] - b[0])) {
		// Matches may overlap or contain each other.
		if (from >= matchedTo) redacted += withoutEscape(text.slice(copiedTo, positionOf(from))) + REDACTED;
		matchedTo = Math.max(matchedTo, to);
		copiedTo = positionOf(matchedTo - 1) + 1;
	}
	return redacted + text.slice(copiedTo);
}

/** Drops the backslashes that escape the secret: before its replacement they would be invalid in JSON. */
function withoutEscape(text: string): string {
	return text.replace(/\\+$/, '');
}

/** A secret in each encoding, without backslashes. */
function encodedForms(secret: string): string[] {
	const percentEncoded = encodeURIComponent(secret.toWellFormed());
	const encoded = [secret.replaceAll('\\', ''), percentEncoded, percentEncoded.toLowerCase(), ...base64Pieces(secret)];
	return encoded.filter((text) => text !== '');
}

/** A secret within base64, at each alignment. Without the digits at the ends, which also encode neighbouring bytes. */
function base64Pieces(secret: string): string[] {
	return [0, 1, 2].flatMap((before) => {
		const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
		const first = Math.ceil((before * 8) / 6);
		const last = Math.floor((bytes.length * 8) / 6);
		const piece = bytes.toString('base64').slice(first, last);
		return piece.length < MIN_BASE64_LENGTH ? [] : [piece, piece.replaceAll('+', '-').replaceAll('/', '_')];
	});
}

/** The text without backslashes, and the original index of each character. */
function withoutBackslashes(text: string): { bare: string; positions: Uint32Array } {
	const positions = new Uint32Array(text.length);
	let bare = 0;
	for (let index = 0; index < text.length; index++) if (text[index] !== '\\') positions[bare++] = index;
	return { bare: text.replaceAll('\\', ''), positions: positions.subarray(0, bare) };
}
