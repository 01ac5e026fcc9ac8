import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How often the event loop is looked at. */
const RESOLUTION_MS = 10;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();

/** For how long at most this process has attended to nothing else since it was last asked, in milliseconds. */
export function takeMaxEventLoopDelay(): number {
	const longest = Math.round(delays.max / 1e6);
	delays.reset();
	return longest;
}
