import type { APIAttachment } from 'discord-api-types/v10';
import type { UploadedFile } from '../core/files.js';
import type { Clock } from '../core/identity.js';

/** Uploaded files, served at `/attachments`. */
export class Attachments {
	private readonly files = new Map<string, UploadedFile>();

	public constructor(
		private readonly clock: Clock,
		private readonly origin: () => string
	) {}

	public find(id: string): UploadedFile | undefined {
		return this.files.get(id);
	}

	public add(channelId: string, file: UploadedFile, description: string | null | undefined, ephemeral: boolean): APIAttachment {
		const id = this.clock.snowflake();
		this.files.set(id, file);
		const url = `${this.origin()}/attachments/${channelId}/${id}/${encodeURIComponent(file.filename)}`;
		return {
			id,
			filename: file.filename,
			size: file.bytes.length,
			url,
			proxy_url: url,
			content_type: file.type,
			...(description === undefined || description === null ? {} : { description }),
			...(ephemeral ? { ephemeral } : {}),
			...pngSize(file.bytes)
		};
	}
}

function pngSize(bytes: Uint8Array): { width: number; height: number } | undefined {
	const isPng = bytes.length > 24 && [0x89, 0x50, 0x4e, 0x47].every((byte, index) => bytes[index] === byte);
	if (!isPng) return undefined;
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
	return { width: view.getUint32(16), height: view.getUint32(20) };
}
