import { readFileSync } from 'node:fs';

/** Resources a process has used. */
export interface Usage {
	readonly pid: number;
	/** Resident memory now. */
	readonly rssBytes: number;
	/** Peak resident memory. */
	readonly peakRssBytes: number;
	/** CPU time over all cores. */
	readonly cpuMs: number;
}

/** Usage of the bot's process. */
export interface BotUsage extends Usage {
	/** The longest event-loop delay since the last call. */
	readonly longestStallMs: number;
}

/** Usage of this process. */
export function usage(): Usage {
	const { user, system } = process.cpuUsage();
	return {
		pid: process.pid,
		rssBytes: process.memoryUsage.rss(),
		peakRssBytes: highWaterMark() ?? process.resourceUsage().maxRSS * 1024,
		cpuMs: Math.round((user + system) / 1000)
	};
}

/** Null without /proc. Preferred over `maxRSS`, which includes the parent's memory at the fork. */
function highWaterMark(): number | null {
	try {
		const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
		return kilobytes === undefined ? null : Number(kilobytes) * 1024;
	} catch {
		return null;
	}
}
