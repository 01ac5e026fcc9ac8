/** Header fields of a mail: unfolding, encoded words (RFC 2047), parameters (RFC 2231). */

/** By name in lower case. A field that comes several times is joined by commas. */
export type Headers = Record<string, string>;

/** Fields as they were sent, unfolded and not decoded. @param text - one character for each byte */
export function readFields(text: string): Headers {
	const fields: Headers = Object.create(null);
	for (const line of text.replace(/\r?\n(?=[ \t])/g, '').split(/\r?\n/)) {
		const colon = line.indexOf(':');
		if (colon < 1) continue;
		const name = line.slice(0, colon).trim().toLowerCase();
		const value = Buffer.from(line.slice(colon + 1).trim(), 'latin1').toString('utf8');
		fields[name] = name in fields ? `${fields[name]}, ${value}` : value;
	}
	return fields;
}

const WORD = /=\?([^?\s]+)\?([bq])\?([^?\s]*)\?=/gi;
const WORDS = /=\?[^?\s]+\?[bq]\?[^?\s]*\?=(?:\s+=\?[^?\s]+\?[bq]\?[^?\s]*\?=)*/gi;

/** The text behind encoded words. A character may be split between two words, so neighbours are joined before they are read. */
export function decodeWords(value: string): string {
	return value.replace(WORDS, (run) => {
		let charset = 'utf-8';
		const bytes: Buffer[] = [];
		let text = '';
		for (const [, label = charset, encoding = '', content = ''] of run.matchAll(WORD)) {
			if (label.toLowerCase() !== charset) {
				text += decodeText(Buffer.concat(bytes.splice(0)), charset);
				charset = label.toLowerCase();
			}
			bytes.push(encoding.toLowerCase() === 'b' ? Buffer.from(content, 'base64') : unquote(content.replaceAll('_', ' ')));
		}
		return text + decodeText(Buffer.concat(bytes), charset);
	});
}

/** `=C3=A9` is one byte each. */
export function unquote(text: string): Buffer {
	return Buffer.from(
		text.replace(/=([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
		'latin1'
	);
}

export function decodeText(bytes: Uint8Array, charset: string): string {
	try {
		return new TextDecoder(charset).decode(bytes);
	} catch {
		return new TextDecoder('utf-8').decode(bytes);
	}
}

export interface Structured {
	/** In lower case. */
	readonly value: string;
	readonly parameters: ReadonlyMap<string, string>;
}

/** A field such as `text/plain; charset=utf-8; name="a.txt"`; long or foreign parameters come in numbered and encoded pieces. */
export function readStructured(field: string): Structured {
	const [value = '', ...rest] = field.match(/(?:[^;"]|"(?:\\.|[^"\\])*")+/g) ?? [];
	const pieces = new Map<string, { order: number; text: string; encoded: boolean }[]>();
	for (const part of rest) {
		const [, key = '', quoted, plain = ''] = /^\s*([^=\s]+)\s*=\s*(?:"((?:\\.|[^"\\])*)"|(.*?))\s*$/.exec(part) ?? [];
		const [, name = '', order = '0', star = ''] = /^([^*]+)(?:\*(\d+))?(\*)?$/.exec(key.toLowerCase()) ?? [];
		if (name === '') continue;
		const text = quoted === undefined ? plain : quoted.replace(/\\(.)/g, '$1');
		pieces.set(name, [...(pieces.get(name) ?? []), { order: Number(order), text, encoded: star !== '' }]);
	}
	const parameters = new Map<string, string>();
	for (const [name, found] of pieces) parameters.set(name, joined(found));
	return { value: value.trim().toLowerCase(), parameters };
}

function joined(pieces: { order: number; text: string; encoded: boolean }[]): string {
	pieces.sort((a, b) => a.order - b.order);
	if (!pieces.some((piece) => piece.encoded)) return decodeWords(pieces.map((piece) => piece.text).join(''));
	let charset = 'utf-8';
	const bytes = pieces.map(({ text, encoded }, index) => {
		if (!encoded) return Buffer.from(text);
		const [, label, content = text] = index === 0 ? (/^([^']*)'[^']*'(.*)$/.exec(text) ?? []) : [];
		if (label) charset = label;
		return unquote(content.replaceAll('%', '='));
	});
	return decodeText(Buffer.concat(bytes), charset);
}
