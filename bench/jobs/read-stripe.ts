import { setTimeout as sleep } from 'node:timers/promises';
import { createBilling } from '../../src/stripe/billing.js';
import { measureRequest } from '../baselines/stripe.js';
import { call } from '../lib/call.js';
import { LIVE_KEY } from '../lib/rates.js';
import type { RequestCounts } from '../lib/request-counts.js';

/** Lets the rate limiter refill, as if the next reading were on another day. */
const PAUSE_MS = 1_100;

export interface Reading {
	readonly wallMs: number;
	readonly subscriptions: number;
	readonly requests: number;
	/** Requests answered with 429. */
	readonly rateLimited: number;
	/** CPU milliseconds of the server per request. */
	readonly serverMs: number;
}

/**
 * Reads all of Stripe several times in one process, as successive runs do.
 * @returns the readings, and the milliseconds of the fastest single request
 */
export async function readStripe({
	apiUrl,
	times
}: {
	readonly apiUrl: string;
	readonly times: number;
}): Promise<{ readonly readings: readonly Reading[]; readonly requestMs: number }> {
	const billing = createBilling({ secretKey: LIVE_KEY, apiUrl, discordIdKey: 'discord_id' });
	// As Reeve does at the start.
	await billing.ping();
	const requestMs = await measureRequest(apiUrl);
	const readings: Reading[] = [];
	while (readings.length < times) {
		await sleep(PAUSE_MS);
		let subscriptions = 0;
		const before = await readCounts(apiUrl);
		const startedAt = performance.now();
		await billing.readAll(({ source, done }) => {
			if (source === 'stripe') subscriptions = done;
		});
		const wallMs = performance.now() - startedAt;
		const after = await readCounts(apiUrl);
		const requests = after.requests - before.requests;
		const serverMs = (after.cpuMs - before.cpuMs) / requests;
		readings.push({ wallMs, subscriptions, requests, rateLimited: after.rateLimited - before.rateLimited, serverMs });
	}
	return { readings, requestMs };
}

async function readCounts(apiUrl: string) {
	const { counts, cpuMs } = await call<RequestCounts>(apiUrl, 'GET /bench/requests');
	const sum = (some: RequestCounts['counts']) => some.reduce((total, { count }) => total + count, 0);
	return { requests: sum(counts), rateLimited: sum(counts.filter(({ status }) => status === 429)), cpuMs };
}
