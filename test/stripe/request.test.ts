import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { Timing } from '../../src/async/backoff.js';
import { RateLimiter } from '../../src/stripe/api/rate-limiter.js';
import { createRequester } from '../../src/stripe/api/request.js';

/** Fake timing: only sleeping advances the clock. */
function fakeTiming(): Timing & { readonly slept: number[] } {
	let time = 0;
	const slept: number[] = [];
	return {
		slept,
		now: () => time,
		sleep: async (ms) => {
			slept.push(ms);
			time += ms;
		},
		random: () => 0.5
	};
}

const stripe = new Stripe('sk_test_1');
const rateLimited = () => new Stripe.errors.StripeRateLimitError();

describe('createRequester', () => {
	test('retries a 429 with exponential backoff', async () => {
		const timing = fakeTiming();
		let calls = 0;
		const response = await createRequester(
			stripe,
			new RateLimiter(20, timing),
			timing
		)('Invoices', async () => {
			calls += 1;
			if (calls < 4) throw rateLimited();
			return 'response';
		});
		expect(response).toBe('response');
		expect(timing.slept).toEqual([375, 750, 1500]);
	});

	test('gives up after five retries of a 429', async () => {
		const timing = fakeTiming();
		let calls = 0;
		const response = createRequester(
			stripe,
			new RateLimiter(20, timing),
			timing
		)('Invoices', async () => {
			calls += 1;
			throw rateLimited();
		});
		await expect(response).rejects.toThrow('Stripe keeps refusing to list Invoices because too many requests arrive at once');
		expect(calls).toBe(6);
	});
});

describe('createRequester, failures', () => {
	test.each([
		['a lost connection', new Stripe.errors.StripeConnectionError({ message: 'socket hang up' })],
		['a 503', new Stripe.errors.StripeAPIError({ message: 'oops', statusCode: 503 })],
		['a response that does not parse', new Stripe.errors.StripeAPIError({ message: 'Invalid JSON received from the Stripe API' })]
	])('retries twice after %s', async (_, error) => {
		const timing = fakeTiming();
		let calls = 0;
		const response = createRequester(
			stripe,
			new RateLimiter(20, timing),
			timing
		)('Invoices', async () => {
			calls += 1;
			throw error;
		});
		await expect(response).rejects.toThrow('Stripe');
		expect(calls).toBe(3);
		expect(timing.slept).toEqual([375, 750]);
	});
});

test('createRequester does not retry other errors', async () => {
	let calls = 0;
	const timing = fakeTiming();
	const response = createRequester(
		stripe,
		new RateLimiter(20, timing),
		timing
	)('Events', async () => {
		calls += 1;
		throw new Stripe.errors.StripePermissionError({ type: 'invalid_request_error', statusCode: 403 });
	});
	await expect(response).rejects.toThrow('may not read Events');
	expect(calls).toBe(1);
});
