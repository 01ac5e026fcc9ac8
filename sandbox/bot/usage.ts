import { readFileSync } from 'node:fs';

/** What a process has taken of the machine so far. */
export interface Usage {
	readonly pid: number;
	/** Resident memory now. */
	readonly rssBytes: number;
	/** The most that it ever was. */
	readonly peakRssBytes: number;
	/** Of all processors together. */
	readonly cpuMs: number;
}

/** The bot's, in a process that is watched. */
export interface BotUsage extends Usage {
	/** For how long at most the event loop let nobody else have a turn, since this was last asked. */
	readonly longestStallMs: number;
}

/** Of this process. */
export function usage(): Usage {
	const { user, system } = process.cpuUsage();
	return {
		pid: process.pid,
		rssBytes: process.memoryUsage.rss(),
		peakRssBytes: highWaterMark() ?? process.resourceUsage().maxRSS * 1024,
		cpuMs: Math.round((user + system) / 1000)
	};
}

/** Where there is a /proc: the other figure counts what the parent had at the moment of the fork. */
function highWaterMark(): number | null {
	try {
		const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
		return kilobytes === undefined ? null : Number(kilobytes) * 1024;
	} catch {
		return null;
	}
}
