import { setTimeout as sleep } from 'node:timers/promises';
import type { BotUsage } from '../../sandbox/bot/usage.js';
import type { RequestCount } from '../../sandbox/services/core/request-count.js';
import { readingBound } from '../lib/bound.js';
import { call } from '../lib/call.js';
import { mebibytes, time } from '../lib/format.js';
import { REEVES_RATE } from '../lib/key.js';
import { type CaseResult, type Goal, result } from '../lib/result.js';
import { serveHost } from '../processes/child.js';
import { reconcile } from '../processes/reconcile.js';

/** A whole run: what the bot's process needs of the memory, embedded database included, and for how long it keeps others waiting. */

const MIB = 1024 * 1024;
const SMALL = { size: 10_000, aboveIdleBytes: 100 * MIB };
const LARGE = { size: 1_000_000, bytes: 1024 * MIB };
/** Discord gives a command 3 s for a first answer; a machine may be several times slower than this one. */
const LONGEST_STALL_MS = 1_000;
const LOOK_EVERY_MS = 100;
const MAILED_WITHIN_MS = 60_000;
/** After the start there is garbage to be collected and a first look at what is due. */
const SETTLE_MS = 2_000;

export async function memoryCases({ sizes }: { readonly sizes: readonly number[] }): Promise<CaseResult[]> {
	const results: CaseResult[] = [];
	// A fresh one for each: what a smaller world left behind would slow a larger one down.
	for (const size of sizes) {
		const house = await serveHost({ scenario: 'metropolis', size, subscriptions: size });
		try {
			results.push(await run(house.url, size));
		} finally {
			await house.stop();
		}
	}
	return results;
}

async function run(url: string, size: number): Promise<CaseResult> {
	const { bot } = await call<{ bot: { startMs: number } }>(url, 'GET /api/state');
	await sleep(SETTLE_MS);
	const idle = await call<BotUsage>(url, 'GET /api/usage');
	const before = await requestsOf(url);
	const { wallMs } = await reconcile(url);
	await mailed(url);
	const after = await call<BotUsage>(url, 'GET /api/usage');
	const { issues } = await call<{ issues: readonly unknown[] }>(url, 'GET /api/expected');
	return result({
		group: 'A whole run, in the bot’s process',
		name: 'members with as many subscriptions',
		size,
		requests: (await requestsOf(url)) - before,
		wallMs,
		boundMs: readingBound(size, { perSecond: REEVES_RATE, requestMs: 0, isFirst: true }).ms,
		peakRssBytes: after.peakRssBytes,
		figures: {
			issues: issues.length,
			'start, ms': bot.startMs,
			'idle, MiB': Math.round(idle.rssBytes / MIB),
			'above idle, MiB': Math.round((after.peakRssBytes - idle.rssBytes) / MIB),
			'CPU, ms': after.cpuMs - idle.cpuMs,
			'longest stall, ms': after.longestStallMs
		},
		goals: [...memoryGoals(size, idle, after), stallGoal(after)]
	});
}

function memoryGoals(size: number, idle: BotUsage, after: BotUsage): readonly Goal[] {
	const above = after.peakRssBytes - idle.rssBytes;
	if (size <= SMALL.size)
		return [{ words: `${mebibytes(above)} above idle, below ${mebibytes(SMALL.aboveIdleBytes)}`, reached: above < SMALL.aboveIdleBytes }];
	if (size <= LARGE.size)
		return [{ words: `${mebibytes(after.peakRssBytes)}, below ${mebibytes(LARGE.bytes)}`, reached: after.peakRssBytes < LARGE.bytes }];
	return [];
}

function stallGoal({ longestStallMs }: BotUsage): Goal {
	return { words: `${time(longestStallMs)} at a stretch, below ${time(LONGEST_STALL_MS)}`, reached: longestStallMs < LONGEST_STALL_MS };
}

/** The mail is what comes last, and there always is drift to write of. */
async function mailed(url: string): Promise<void> {
	const began = performance.now();
	while ((await call<readonly unknown[]>(url, 'GET /api/inbox')).length === 0) {
		if (performance.now() - began > MAILED_WITHIN_MS) throw new Error('The run was reported, but no mail was written of it');
		await sleep(LOOK_EVERY_MS);
	}
}

async function requestsOf(url: string): Promise<number> {
	const counts = await call<readonly RequestCount[]>(url, 'GET /api/requests/count');
	return counts.filter(({ target }) => target === 'stripe').reduce((total, { count }) => total + count, 0);
}
