import type { RequestCount } from '../../sandbox/services/core/request-count.js';

/** Requests that a server has answered so far. */
export interface RequestCounts {
	readonly counts: readonly RequestCount[];
	/** CPU milliseconds of its process. */
	readonly cpuMs: number;
}
