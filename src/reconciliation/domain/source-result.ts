import type { ProbeResult } from '../../async/probe.js';
import { SourceError } from './ports.js';

/** What a source returned, or an operator-readable reason why it could not be read. */
export type SourceResult<T> = ProbeResult<T>;

/** Reads from a source. A {@link SourceError} becomes a value; any other error is thrown. */
export async function attempt<T>(read: () => Promise<T>): Promise<SourceResult<T>> {
	try {
		return { ok: true, value: await read() };
	} catch (error) {
		if (error instanceof SourceError) return { ok: false, error: error.message };
		throw error;
	}
}
