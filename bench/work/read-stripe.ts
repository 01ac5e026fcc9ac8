import { setTimeout as sleep } from 'node:timers/promises';
import { createBilling } from '../../src/stripe/billing.js';
import { askOnce } from '../baselines/reading.js';
import { call } from '../lib/call.js';
import type { Counted } from '../lib/counted.js';
import { LIVE_KEY } from '../lib/key.js';

/** A second's requests are forgotten by then: the next reading is on a day of its own. */
const BETWEEN_MS = 1_100;

export interface Reading {
	readonly wallMs: number;
	readonly subscriptions: number;
	readonly requests: number;
	/** Answered with a 429. */
	readonly refused: number;
	/** CPU time of the server for a request, in milliseconds. */
	readonly serverMs: number;
}

/**
 * Reads all of Stripe as often as runs do, in one process.
 * @returns beside the readings: how long one page takes at least
 */
export async function readStripe({
	apiUrl,
	times
}: {
	readonly apiUrl: string;
	readonly times: number;
}): Promise<{ readonly readings: readonly Reading[]; readonly requestMs: number }> {
	const billing = createBilling({ secretKey: LIVE_KEY, apiUrl, discordIdKey: 'discord_id' });
	// Reeve asks once when it starts.
	await billing.ping();
	const requestMs = await askOnce(apiUrl);
	const readings: Reading[] = [];
	while (readings.length < times) {
		await sleep(BETWEEN_MS);
		let subscriptions = 0;
		const before = await counted(apiUrl);
		const began = performance.now();
		await billing.readAll(({ source, done }) => {
			if (source === 'stripe') subscriptions = done;
		});
		const wallMs = performance.now() - began;
		const after = await counted(apiUrl);
		const requests = after.requests - before.requests;
		const serverMs = (after.cpuMs - before.cpuMs) / requests;
		readings.push({ wallMs, subscriptions, requests, refused: after.refused - before.refused, serverMs });
	}
	return { readings, requestMs };
}

async function counted(apiUrl: string) {
	const { counts, cpuMs } = await call<Counted>(apiUrl, 'GET /bench/requests');
	const sum = (some: Counted['counts']) => some.reduce((total, { count }) => total + count, 0);
	return { requests: sum(counts), refused: sum(counts.filter(({ status }) => status === 429)), cpuMs };
}
