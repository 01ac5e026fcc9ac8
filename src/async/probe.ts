import { raceTimeout } from './timeout.js';

/** A value; or an operator-readable reason why there is none. */
export type ProbeResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

const PROBE_TIMEOUT_MS = 5_000;

/** Reads a value within {@link PROBE_TIMEOUT_MS}. Never rejects. @param source - named in the error when it does not answer in time */
export async function probe<T>(source: string, read: () => Promise<T>): Promise<ProbeResult<T>> {
	const timedOut = { ok: false, error: `${source} did not answer within ${PROBE_TIMEOUT_MS / 1000} seconds.` } as const;
	try {
		return await raceTimeout(
			PROBE_TIMEOUT_MS,
			read().then((value) => ({ ok: true, value })),
			timedOut
		);
	} catch (error) {
		return { ok: false, error: error instanceof Error ? error.message : String(error) };
	}
}
