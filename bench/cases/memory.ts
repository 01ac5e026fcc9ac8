import { setTimeout as sleep } from 'node:timers/promises';
import type { BotUsage } from '../../sandbox/bot/usage.js';
import type { RequestCount } from '../../sandbox/services/core/request-count.js';
import { readingBound } from '../lib/bound.js';
import { call } from '../lib/call.js';
import { formatDuration, formatMebibytes } from '../lib/format.js';
import { REEVE_RATE } from '../lib/rates.js';
import { type CaseResult, type Goal, result } from '../lib/result.js';
import { serveHost } from '../processes/child.js';
import { reconcile } from '../processes/reconcile.js';

/** A complete run: peak memory of the bot's process, embedded database included, and its longest event-loop stall. */

const MIB = 1024 * 1024;
const SMALL = { size: 10_000, aboveIdleBytes: 100 * MIB };
const LARGE = { size: 1_000_000, bytes: 1024 * MIB };
/** Discord's limit for the first response to a command is 3 s; other machines may be several times slower. */
const MAX_STALL_MS = 1_000;
const POLL_INTERVAL_MS = 100;
const MAIL_TIMEOUT_MS = 60_000;
/** Lets the start's garbage collection and first due-check pass. */
const SETTLE_MS = 2_000;

export async function memoryCases({ sizes }: { readonly sizes: readonly number[] }): Promise<CaseResult[]> {
	const results: CaseResult[] = [];
	// A fresh process per size: leftovers of a smaller world would slow down a larger one.
	for (const size of sizes) {
		const host = await serveHost({ scenario: 'metropolis', size, subscriptions: size });
		try {
			results.push(await measureRun(host.url, size));
		} finally {
			await host.stop();
		}
	}
	return results;
}

async function measureRun(url: string, size: number): Promise<CaseResult> {
	const { bot } = await call<{ bot: { startMs: number } }>(url, 'GET /api/state');
	await sleep(SETTLE_MS);
	const idle = await call<BotUsage>(url, 'GET /api/usage');
	const before = await stripeRequests(url);
	const { wallMs } = await reconcile(url);
	await waitForMail(url);
	const after = await call<BotUsage>(url, 'GET /api/usage');
	const { issues } = await call<{ issues: readonly unknown[] }>(url, 'GET /api/expected');
	return result({
		group: 'Complete run, bot process',
		name: 'members, as many subscriptions',
		size,
		requests: (await stripeRequests(url)) - before,
		wallMs,
		boundMs: readingBound(size, { perSecond: REEVE_RATE, requestMs: 0, isFirst: true }).ms,
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
		return [
			{ label: `${formatMebibytes(above)} above idle, below ${formatMebibytes(SMALL.aboveIdleBytes)}`, met: above < SMALL.aboveIdleBytes }
		];
	if (size <= LARGE.size)
		return [
			{ label: `${formatMebibytes(after.peakRssBytes)}, below ${formatMebibytes(LARGE.bytes)}`, met: after.peakRssBytes < LARGE.bytes }
		];
	return [];
}

function stallGoal({ longestStallMs }: BotUsage): Goal {
	return {
		label: `${formatDuration(longestStallMs)} longest stall, below ${formatDuration(MAX_STALL_MS)}`,
		met: longestStallMs < MAX_STALL_MS
	};
}

/** The mail comes last, and every world has drift to report. */
async function waitForMail(url: string): Promise<void> {
	const startedAt = performance.now();
	while ((await call<readonly unknown[]>(url, 'GET /api/inbox')).length === 0) {
		if (performance.now() - startedAt > MAIL_TIMEOUT_MS) throw new Error('The run was reported, but no mail arrived.');
		await sleep(POLL_INTERVAL_MS);
	}
}

async function stripeRequests(url: string): Promise<number> {
	const counts = await call<readonly RequestCount[]>(url, 'GET /api/requests/count');
	return counts.filter(({ target }) => target === 'stripe').reduce((total, { count }) => total + count, 0);
}
