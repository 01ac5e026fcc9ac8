import type { RequestCount } from '../../sandbox/services/core/request-count.js';

/** The requests that a server has answered so far. */
export interface Counted {
	readonly counts: readonly RequestCount[];
	/** Of its process, in milliseconds. */
	readonly cpuMs: number;
}
