const POLL_MS = 20;

/**
 * Polls until the check returns something other than null, undefined or false.
 * @param check - may throw, which counts as not yet
 * @param describe - further lines for the error
 * @throws after the timeout; the last error of the check is the cause
 */
export async function pollUntil<T>(check: () => T | Promise<T>, timeoutMs: number, describe = () => ''): Promise<NonNullable<T>> {
	const deadline = performance.now() + timeoutMs;
	for (;;) {
		let cause: unknown;
		try {
			const found = await check();
			if (found !== null && found !== undefined && found !== false) return found;
		} catch (error) {
			cause = error;
		}
		if (performance.now() > deadline) throw new Error(`Timed out after ${timeoutMs} ms.${describe()}`, { cause });
		await new Promise((resolve) => setTimeout(resolve, POLL_MS));
	}
}
