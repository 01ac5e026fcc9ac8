import type { Hono } from 'hono';
import { STRIPE_RESOURCES } from '../environment/environment.js';
import type { SandboxStripe } from '../services/stripe/stripe.js';
import { noBody, stripeSettingsBody } from './bodies.js';
import { answer, json, read } from './read.js';

/** The part of the control API that changes Stripe, as its dashboard, a customer or time would. */
export function addStripe(app: Hono, stripe: SandboxStripe): void {
	app.get('/api/stripe/settings', (c) => c.json({ permissions: stripe.allowed }));
	app.post('/api/stripe/settings', async (c) => {
		const { latencyMs, ratePerSecond, livemode, permissions = {}, afterRetries, onDispute } = read(stripeSettingsBody, await json(c));
		if (latencyMs !== undefined) stripe.setLatency(latencyMs);
		if (ratePerSecond !== undefined) stripe.setRate(ratePerSecond);
		if (livemode !== undefined) stripe.setLivemode(livemode);
		stripe.setBilling({ ...(afterRetries && { afterRetries }), ...(onDispute && { onDispute }) });
		for (const resource of STRIPE_RESOURCES) {
			const allowed = permissions[resource];
			if (allowed !== undefined) stripe.setPermission(resource, allowed);
		}
		return c.json({ done: true });
	});

	app.get('/api/stripe/prices', (c) => c.json(stripe.prices()));
	for (const kind of ['customers', 'subscriptions'] as const) {
		app.get(`/api/stripe/${kind}`, (c) => c.json(stripe.list(kind)));
		app.post(`/api/stripe/${kind}`, async (c) => answer(stripe.create(kind, await json(c)), 201));
		app.get(`/api/stripe/${kind}/:id`, (c) => answer(stripe.get(kind, c.req.param('id'))));
		app.patch(`/api/stripe/${kind}/:id`, async (c) => answer(stripe.update(kind, c.req.param('id'), await json(c))));
		app.delete(`/api/stripe/${kind}/:id`, (c) => answer(stripe.delete(kind, c.req.param('id'))));
	}

	app.post('/api/stripe/subscriptions/:id/fail-payment', async (c) => {
		read(noBody, await json(c));
		return answer(stripe.failPayment(c.req.param('id')));
	});
	app.post('/api/stripe/subscriptions/:id/refund', async (c) => answer(stripe.refund(c.req.param('id'), await json(c)), 201));
	app.post('/api/stripe/subscriptions/:id/dispute', async (c) => answer(stripe.dispute(c.req.param('id'), await json(c)), 201));
	app.post('/api/stripe/subscriptions/:id/advance', async (c) => answer(stripe.advance(c.req.param('id'), await json(c))));
	app.post('/api/stripe/advance', async (c) => answer(stripe.advanceAll(await json(c))));
	app.get('/api/stripe/refunds', (c) => c.json(stripe.refunds()));
	app.get('/api/stripe/disputes', (c) => c.json(stripe.disputes()));
	app.post('/api/stripe/disputes/:id/close', async (c) => answer(stripe.closeDispute(c.req.param('id'), await json(c))));

	app.get('/api/stripe/test-clocks', (c) => c.json(stripe.clocks()));
	app.post('/api/stripe/test-clocks', async (c) => answer(stripe.createClock(await json(c)), 201));
	app.get('/api/stripe/test-clocks/:id', (c) => answer(stripe.clock(c.req.param('id'))));
	app.delete('/api/stripe/test-clocks/:id', (c) => answer(stripe.deleteClock(c.req.param('id'))));
	app.post('/api/stripe/test-clocks/:id/advance', async (c) => answer(stripe.advanceClock(c.req.param('id'), await json(c))));
}
