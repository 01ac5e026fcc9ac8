import { decodeText, decodeWords, type Headers, readFields, readStructured, unquote } from './headers.js';

/** A mail taken apart: as much of MIME as mailers send. */

export interface Attachment {
	readonly name: string;
	readonly type: string;
	/** In bytes. */
	readonly size: number;
}

export interface ParsedMail {
	/** By name in lower case, decoded. */
	readonly headers: Headers;
	readonly text: string;
	readonly html: string;
	readonly attachments: Attachment[];
}

/** Deeper than this nobody sends. */
const MAX_DEPTH = 10;

export function parseMail(raw: Buffer): ParsedMail {
	const found = { text: '', html: '', attachments: [] as Attachment[] };
	const fields = collect(raw.toString('latin1'), found, 0);
	const headers = Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, decodeWords(value)]));
	return { headers, ...found };
}

/** @param part - one character for each byte */
function collect(part: string, found: { text: string; html: string; attachments: Attachment[] }, depth: number): Headers {
	const blank = /\r?\n\r?\n/.exec(`\n${part}`);
	const split = blank ? Math.max(0, blank.index - 1) : part.length;
	const fields = readFields(part.slice(0, split));
	const content = blank ? part.slice(blank.index - 1 + blank[0].length) : '';
	const type = readStructured(fields['content-type'] ?? 'text/plain');
	const boundary = type.parameters.get('boundary');
	if (type.value.startsWith('multipart/') && boundary && depth < MAX_DEPTH) {
		for (const inner of partsOf(content, boundary)) collect(inner, found, depth + 1);
		return fields;
	}
	const disposition = readStructured(fields['content-disposition'] ?? '');
	const name = disposition.parameters.get('filename') ?? type.parameters.get('name');
	const bytes = decodeContent(content, fields['content-transfer-encoding']);
	const attached = disposition.value === 'attachment' || name !== undefined;
	const reads = () => decodeText(bytes, type.parameters.get('charset') ?? 'utf-8').replaceAll('\r\n', '\n');
	if (!attached && type.value === 'text/plain' && found.text === '') found.text = reads();
	else if (!attached && type.value === 'text/html' && found.html === '') found.html = reads();
	else found.attachments.push({ name: name ?? '', type: type.value, size: bytes.length });
	return fields;
}

function partsOf(content: string, boundary: string): string[] {
	const mark = boundary.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
	const [body = ''] = content.split(new RegExp(`(?:^|\\r?\\n)--${mark}--`));
	return body.split(new RegExp(`(?:^|\\r?\\n)--${mark}[ \\t]*\\r?\\n`)).slice(1);
}

function decodeContent(content: string, encoding = '7bit'): Buffer {
	switch (encoding.trim().toLowerCase()) {
		case 'base64':
			return Buffer.from(content, 'base64');
		case 'quoted-printable':
			return unquote(content.replace(/[ \t]+(?=\r?\n|$)/g, '').replace(/=\r?\n/g, ''));
		default:
			return Buffer.from(content, 'latin1');
	}
}
