import { writeFileSync } from 'node:fs';

/** Resets the process's peak RSS, so that preparation does not count. Linux only; elsewhere a no-op. */
export function resetPeakRss(): void {
	globalThis.gc?.();
	try {
		writeFileSync('/proc/self/clear_refs', '5');
	} catch {
		// Not Linux, or not permitted.
	}
}
