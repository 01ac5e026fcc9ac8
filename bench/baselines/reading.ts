import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { LIVE_KEY } from '../lib/key.js';

/** Stripe read after how others do it, with the library as it comes. Each answers how long it took, in milliseconds. */

/** After every call, for fear of the rate limit. */
const SLEEP_MS = 2_000;
const TRIES = 5;

/** For every member two calls, one after the other: the customer by their address, and the customer's subscriptions. */
export async function lookUpEach(apiUrl: string, members: number, { sleeping }: { readonly sleeping: boolean }): Promise<number> {
	const stripe = client(apiUrl);
	const rest = () => (sleeping ? sleep(SLEEP_MS) : undefined);
	return timed(async () => {
		for (let n = 1; n <= members; n += 1) {
			const { data } = await stripe.customers.list({ email: `cus_${n}@example.com`, limit: 1 });
			await rest();
			await stripe.subscriptions.list({ customer: data[0]?.id ?? '', status: 'all' });
			await rest();
		}
	});
}

/** One page by a bare request, as quick as it goes: what the machine and the server add to the latency is in it. */
export async function askOnce(apiUrl: string): Promise<number> {
	let shortest = Number.POSITIVE_INFINITY;
	for (let n = 0; n < TRIES; n += 1) {
		const ms = await timed(async () => {
			const headers = { authorization: `Bearer ${LIVE_KEY}` };
			const answer = await fetch(`${apiUrl}/v1/subscriptions?limit=100&status=all&expand[]=data.customer`, { headers });
			await answer.json();
		});
		shortest = Math.min(shortest, ms);
	}
	return shortest;
}

/** Page after page, each begun when the one before has been gone through. */
export async function paginate(apiUrl: string): Promise<number> {
	const stripe = client(apiUrl);
	return timed(async () => {
		const subscriptions: Stripe.Subscription[] = [];
		for await (const subscription of stripe.subscriptions.list({ limit: 100, status: 'all', expand: ['data.customer'] }))
			subscriptions.push(subscription);
	});
}

function client(apiUrl: string): Stripe {
	const { hostname, port } = new URL(apiUrl);
	return new Stripe(LIVE_KEY, { host: hostname, port: Number(port), protocol: 'http', telemetry: false });
}

async function timed(work: () => Promise<void>): Promise<number> {
	const began = performance.now();
	await work();
	return performance.now() - began;
}
