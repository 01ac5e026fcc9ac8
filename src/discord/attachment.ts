import type { Attachment } from 'discord.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import { readFailure } from './errors.js';

/** Of the whole download. */
const TIMEOUT_MS = 30_000;

/**
 * Downloads the file that a user attached to a command, from Discord.
 * @param maxBytes - a larger file is not downloaded
 * @throws {SourceError}
 */
export async function downloadAttachment({ url, size }: Pick<Attachment, 'url' | 'size'>, maxBytes: number): Promise<Uint8Array> {
	if (size > maxBytes) throw new SourceError('discord', `The file is larger than ${Math.floor(maxBytes / 1024 / 1024)} MB. Split it.`);
	let bytes: Uint8Array;
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
		if (!response.ok) throw new SourceError('discord', `Discord did not give the file (HTTP ${response.status}). Attach it again.`);
		bytes = new Uint8Array(await response.arrayBuffer());
	} catch (error) {
		if (error instanceof SourceError) throw error;
		// Of undici, the reason is the cause.
		const { cause } = error as { readonly cause?: unknown };
		throw new SourceError('discord', readFailure(cause instanceof Error ? cause : error), { cause: error });
	}
	if (bytes.length !== size) throw new SourceError('discord', 'Discord did not give the whole file. Attach it again.');
	return bytes;
}
