/** What somebody told; or, where they could not, why, in the operator's words. What is not known is never nothing. */
export type ProbeResult<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly error: string };

/** Whoever has not answered by then is not well. */
const PROBE_TIMEOUT_MS = 5_000;

/** What is told within a few seconds. Never fails. @param who - begins the sentence that says that there was no answer */
export async function probe<T>(who: string, ask: () => Promise<T>): Promise<ProbeResult<T>> {
	let timer: NodeJS.Timeout | undefined;
	const late = new Promise<ProbeResult<T>>((resolve) => {
		timer = setTimeout(
			() => resolve({ ok: false, error: `${who} did not answer within ${PROBE_TIMEOUT_MS / 1000} seconds.` }),
			PROBE_TIMEOUT_MS
		);
	});
	try {
		return await Promise.race([ask().then((value): ProbeResult<T> => ({ ok: true, value })), late]);
	} catch (error) {
		return { ok: false, error: error instanceof Error ? error.message : String(error) };
	} finally {
		clearTimeout(timer);
	}
}
