import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

/** The longest delay of this process's event loop since the last call, in milliseconds. */
export function takeMaxEventLoopDelay(): number {
	const longest = Math.round(delays.max / 1e6);
	delays.reset();
	return longest;
}
