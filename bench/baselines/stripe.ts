import { setTimeout as sleep } from 'node:timers/promises';
import Stripe from 'stripe';
import { LIVE_KEY } from '../lib/rates.js';

/** Common ways to read Stripe, with stripe-node as it comes. Each resolves to the milliseconds it took. */

/** After every call, to stay below the rate limit. */
const SLEEP_MS = 2_000;
const TRIES = 5;

/** Two sequential calls per member: the customer by email, then the customer's subscriptions. */
export async function lookUpPerMember(apiUrl: string, members: number, { sleeping }: { readonly sleeping: boolean }): Promise<number> {
	const stripe = client(apiUrl);
	const pause = () => (sleeping ? sleep(SLEEP_MS) : undefined);
	return timed(async () => {
		for (let n = 1; n <= members; n += 1) {
			const { data } = await stripe.customers.list({ email: `cus_${n}@example.com`, limit: 1 });
			await pause();
			await stripe.subscriptions.list({ customer: data[0]?.id ?? '', status: 'all' });
			await pause();
		}
	});
}

/** Fastest of {@link TRIES} plain requests for one page: the latency plus what machine and server add to it. */
export async function measureRequest(apiUrl: string): Promise<number> {
	let shortest = Number.POSITIVE_INFINITY;
	for (let n = 0; n < TRIES; n += 1) {
		const ms = await timed(async () => {
			const headers = { authorization: `Bearer ${LIVE_KEY}` };
			const response = await fetch(`${apiUrl}/v1/subscriptions?limit=100&status=all&expand[]=data.customer`, { headers });
			await response.json();
		});
		shortest = Math.min(shortest, ms);
	}
	return shortest;
}

/** stripe-node's auto-pagination: one page after the other. */
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
	const startedAt = performance.now();
	await work();
	return performance.now() - startedAt;
}
