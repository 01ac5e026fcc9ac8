import { setTimeout as sleep } from 'node:timers/promises';
import type { BotUsage } from '../../sandbox/bot/usage.js';
import { call } from '../lib/call.js';
import { formatDuration, formatMebibytes } from '../lib/format.js';
import { type CaseResult, type Goal, result } from '../lib/result.js';
import { serveHost } from '../processes/child.js';

/** The bot's process with the embedded database, until it is ready and while it does nothing: the first start, and a later one. */

const MIB = 1024 * 1024;
const FIRST_PEAK_BYTES = 400 * MIB;
const IDLE_BYTES = 250 * MIB;
const READY_MS = 2_000;
/** Lets the start's garbage collection and first due-check pass. */
const SETTLE_MS = 2_000;

export async function startCases({ size }: { readonly size: number }): Promise<CaseResult[]> {
	const template = process.env.SANDBOX_DATABASE_TEMPLATE;
	// The first start creates its database.
	delete process.env.SANDBOX_DATABASE_TEMPLATE;
	const host = await serveHost({ scenario: 'metropolis', size });
	if (template !== undefined) process.env.SANDBOX_DATABASE_TEMPLATE = template;
	try {
		const first = await measure(host.url);
		await call(host.url, 'POST /api/restart', {});
		const later = await measure(host.url);
		return [
			caseOf('first start', size, first, [atMost('peak', first.usage.peakRssBytes, FIRST_PEAK_BYTES)]),
			caseOf('later start', size, later, [
				atMost('idle', later.usage.rssBytes, IDLE_BYTES),
				{ label: `ready in ${formatDuration(later.startMs)}, below ${formatDuration(READY_MS)}`, met: later.startMs < READY_MS }
			])
		];
	} finally {
		await host.stop();
	}
}

interface Start {
	readonly startMs: number;
	readonly usage: BotUsage;
}

async function measure(url: string): Promise<Start> {
	const { bot } = await call<{ bot: { startMs: number } }>(url, 'GET /api/state');
	await sleep(SETTLE_MS);
	return { startMs: bot.startMs, usage: await call<BotUsage>(url, 'GET /api/usage') };
}

function caseOf(name: string, size: number, { startMs, usage }: Start, goals: readonly Goal[]): CaseResult {
	const figures = { 'idle, MiB': Math.round(usage.rssBytes / MIB), 'CPU, ms': usage.cpuMs };
	return result({ group: 'Start, bot process', name, size, wallMs: startMs, peakRssBytes: usage.peakRssBytes, figures, goals });
}

function atMost(what: string, bytes: number, limit: number): Goal {
	return { label: `${formatMebibytes(bytes)} ${what}, below ${formatMebibytes(limit)}`, met: bytes < limit };
}
