import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';
import Stripe from 'stripe';
import { onTestFinished } from 'vitest';
import { Faults } from '../../../sandbox/services/core/faults.js';
import { RequestLog } from '../../../sandbox/services/core/request-log.js';
import { SandboxStripe, type StripeOptions } from '../../../sandbox/services/stripe/stripe.js';
import { type WorldInput, worldSchema } from '../../../sandbox/world/world.js';

const KEY = 'rk_test_sandbox';
const NOW = new Date('2026-11-20T12:00:00Z');
export const now = NOW.getTime() / 1000;
export const DAY = 86_400;

/** The emulated Stripe on its own port, with stripe-node clients. */
export async function start(stripe: WorldInput['stripe'], options: Partial<StripeOptions> = {}) {
	const log = new RequestLog();
	const faults = new Faults();
	const control = new SandboxStripe({ log, faults, key: KEY, now: () => NOW, ...options });
	control.load(worldSchema.parse({ stripe }).stripe);
	const app = new Hono();
	app.route('/', control.app);
	const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' });
	await new Promise<void>((resolve) => server.once('listening', resolve));
	const { port } = server.address() as AddressInfo;
	onTestFinished(() => {
		if ('closeAllConnections' in server) server.closeAllConnections();
		server.close();
	});
	const client = (key = KEY, config: Stripe.StripeConfig = {}) =>
		new Stripe(key, { host: '127.0.0.1', port, protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...config });
	const raw = (path: string, init: RequestInit = {}) =>
		fetch(`http://127.0.0.1:${port}${path}`, { ...init, headers: { authorization: `Bearer ${KEY}`, ...init.headers } });
	return { log, faults, control, client, stripe: client(), raw };
}

/** Customers `cus_1`, `cus_2`, … with one subscription each. */
export function subscribers(count: number, change: (index: number) => object = () => ({})): NonNullable<WorldInput['stripe']> {
	return {
		customers: Array.from({ length: count }, (_, index) => ({ id: `cus_${index + 1}`, email: `p${index + 1}@example.com` })),
		subscriptions: Array.from({ length: count }, (_, index) => ({
			id: `sub_${index + 1}`,
			customer: `cus_${index + 1}`,
			status: 'active',
			price: 'price_knight',
			created: 1_700_000_000 + index,
			...change(index)
		}))
	};
}
