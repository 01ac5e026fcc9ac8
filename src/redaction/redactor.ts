/** Takes what must never be seen out of a text. */
export type Redactor = (text: string) => string;

/** What is hidden where. */
export interface Redactors {
	/** Every secret, for the log and for what others say is wrong. */
	readonly all: Redactor;
	/** Those that nothing else can look like, for what is stored, shown and sent. */
	readonly distinctive: Redactor;
}

/** Means itself in markdown, in a spreadsheet and in HTML, and is no longer than what it hides where room is scarce. */
export const REDACTED = '(hidden)';

/** So much of the beginning of a long secret gives it away: a text may have been cut off in the middle of one. */
const MIN_WHOLE_MATCH_LENGTH = 16;

/** Shorter pieces of base64 stand in a text by chance. */
const BASE64_LENGTH = 12;

/** A secret written in one way. */
interface Form {
	readonly whole: string;
	/** What is looked for; it is masked with as much of the rest as follows. */
	readonly needle: string;
}

/**
 * Masks these secrets: as they are, percent-encoded, in base64 as `Authorization: Basic` and SMTP write it, behind the backslashes
 * of JSON, of an inspected object and of Discord's markdown, and their beginnings where a text was cut.
 */
export function createRedactor(secrets: readonly string[]): Redactor {
	const forms = [...new Set(secrets.filter((secret) => secret !== '').flatMap(encodedForms))].map((whole): Form => {
		const long = whole.length > MIN_WHOLE_MATCH_LENGTH;
		return { whole, needle: long ? whole.slice(0, MIN_WHOLE_MATCH_LENGTH) : whole };
	});
	return (text) => {
		if (!text.includes('\\')) return redactForms(text, forms, (index) => index);
		const { bare, positions } = withoutBackslashes(text);
		return redactForms(bare, forms, (index) => positions[index] ?? text.length, text);
	};
}

/**
 * Masks in `text` what is found in `searched`.
 * @param place - where a character of the searched text stands in the other one
 */
function redactForms(searched: string, forms: readonly Form[], place: (index: number) => number, text = searched): string {
	const found: [from: number, to: number][] = [];
	for (const { whole, needle } of forms) {
		for (let at = searched.indexOf(needle); at !== -1; at = searched.indexOf(needle, at + 1)) {
			let length = needle.length;
			while (length < whole.length && searched[at + length] === whole[length]) length += 1;
			found.push([at, at + length]);
		}
	}
	if (found.length === 0) return text;
	let [masked, done, hidden] = ['', 0, -1];
	for (const [from, to] of found.sort((a, b) => a[0] - b[0])) {
		// One secret may overlap another, or stand in it.
		if (from >= hidden) masked += withoutEscape(text.slice(done, place(from))) + REDACTED;
		hidden = Math.max(hidden, to);
		done = place(hidden - 1) + 1;
	}
	return masked + text.slice(done);
}

/** A backslash that is left alone would go with what stands there now, and JSON would be JSON no more. */
function withoutEscape(text: string): string {
	return text.replace(/\\+$/, '');
}

/** The ways in which a secret is written, as they are without any backslash. */
function encodedForms(secret: string): string[] {
	const encoded = encodeURIComponent(secret.toWellFormed());
	return [secret.replaceAll('\\', ''), encoded, encoded.toLowerCase(), ...base64Pieces(secret)].filter((form) => form !== '');
}

/** What a secret looks like within base64: it depends on how many bytes stand before it. The ends belong to its neighbours too. */
function base64Pieces(secret: string): string[] {
	return [0, 1, 2].flatMap((before) => {
		const bytes = Buffer.concat([Buffer.alloc(before), Buffer.from(secret)]);
		const first = Math.ceil((before * 8) / 6);
		const last = Math.floor((bytes.length * 8) / 6);
		const piece = bytes.toString('base64').slice(first, last);
		return piece.length < BASE64_LENGTH ? [] : [piece, piece.replaceAll('+', '-').replaceAll('/', '_')];
	});
}

/** A text without its backslashes, and where each character stood. */
function withoutBackslashes(text: string): { bare: string; positions: Uint32Array } {
	const positions = new Uint32Array(text.length);
	let bare = 0;
	for (let index = 0; index < text.length; index++) if (text[index] !== '\\') positions[bare++] = index;
	return { bare: text.replaceAll('\\', ''), positions: positions.subarray(0, bare) };
}
