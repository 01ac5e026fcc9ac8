import { refusal } from './errors.js';

const MAX_FILE_BYTES = 10 * 1024 * 1024;
const MAX_REQUEST_BYTES = 25 * 1024 * 1024;

/** A part `files[n]` of a multipart body. */
export interface UploadedFile {
	/** The `n` of `files[n]`. */
	readonly index: string;
	readonly filename: string;
	readonly type: string;
	readonly bytes: Uint8Array<ArrayBuffer>;
}

/** @throws DiscordError if one file or their total is too large */
export function checkSizes(files: readonly UploadedFile[]): void {
	const sum = files.reduce((bytes, file) => bytes + file.bytes.length, 0);
	if (sum > MAX_REQUEST_BYTES || files.some((file) => file.bytes.length > MAX_FILE_BYTES)) throw refusal('tooLarge');
}
