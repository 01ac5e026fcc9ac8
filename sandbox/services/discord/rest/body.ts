import { type DiscordError, refusal } from '../core/errors.js';
import { checkSizes, type UploadedFile } from '../core/files.js';

export interface ReadBody {
	body: unknown;
	files: readonly UploadedFile[];
	/** The body as the request log stores it. */
	logged: unknown;
	/** Set if the body is unreadable. The request is logged anyway. */
	error?: DiscordError;
}

export async function readBody(request: Request): Promise<ReadBody> {
	const type = request.headers.get('content-type') ?? '';
	if (type.startsWith('multipart/form-data')) return readMultipart(request);
	const text = request.method === 'GET' ? '' : await request.text();
	if (text === '') return { body: undefined, files: [], logged: undefined };
	try {
		const body: unknown = JSON.parse(text);
		return { body, files: [], logged: body };
	} catch {
		return { body: undefined, files: [], logged: text, error: refusal('invalidJson') };
	}
}

async function readMultipart(request: Request): Promise<ReadBody> {
	const files: UploadedFile[] = [];
	let json = '{}';
	try {
		for (const [name, value] of await request.formData()) {
			if (typeof value === 'string') {
				if (name === 'payload_json') json = value;
				continue;
			}
			const index = /^files\[(\d+)\]$/.exec(name)?.[1] ?? String(files.length);
			files.push({ index, filename: value.name, type: value.type, bytes: new Uint8Array(await value.arrayBuffer()) });
		}
		const body: unknown = JSON.parse(json);
		const logged = { payload_json: body, files: files.map(({ filename, type, bytes }) => ({ filename, type, size: bytes.length })) };
		checkSizes(files);
		return { body, files, logged };
	} catch (error) {
		const tooLarge = files.length > 0 && error instanceof Error && error.name === 'DiscordError';
		return { body: undefined, files, logged: { payload_json: json }, error: refusal(tooLarge ? 'tooLarge' : 'invalidJson') };
	}
}
