import PostalMime, { decodeWords } from 'postal-mime';

export interface Attachment {
	readonly name: string;
	readonly type: string;
	/** Bytes. */
	readonly size: number;
}

export interface ParsedMail {
	/** Decoded, by lowercase name. A repeated field is joined by commas. */
	readonly headers: Readonly<Record<string, string>>;
	readonly text: string;
	readonly html: string;
	readonly attachments: readonly Attachment[];
}

export async function parseMail(raw: Buffer): Promise<ParsedMail> {
	const { headers, text = '', html = '', attachments } = await PostalMime.parse(raw, { attachmentEncoding: 'arraybuffer' });
	const fields = new Map<string, string>();
	for (const { key, value } of headers) {
		const decoded = decodeWords(value);
		const previous = fields.get(key);
		fields.set(key, previous === undefined ? decoded : `${previous}, ${decoded}`);
	}
	// MIME counts the line break before a boundary as part of the boundary, postal-mime as part of the text. (A base64 part has no
	// such line break: there this drops a final newline of the text itself.)
	const isMultipart = /^multipart\//i.test(fields.get('content-type') ?? '');
	const content = (part: string) => (isMultipart ? part.replace(/\n$/, '') : part);
	return {
		headers: Object.fromEntries(fields),
		text: content(text),
		html: content(html),
		attachments: attachments.map(({ filename, mimeType, content }) => ({
			name: filename ?? '',
			type: mimeType,
			size: typeof content === 'string' ? Buffer.byteLength(content) : content.byteLength
		}))
	};
}
