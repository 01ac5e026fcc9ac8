import Stripe from 'stripe';
import { describe, expect, test } from 'vitest';
import type { Timing } from '../../src/async/backoff.js';
import { RateLimiter } from '../../src/stripe/api/rate-limiter.js';
import { createRequester } from '../../src/stripe/api/request.js';

/** Time that passes only in sleep. */
function clockwork(): Timing & { readonly slept: number[] } {
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

describe('a 429', () => {
	test('is asked again after waits that double', async () => {
		const clock = clockwork();
		let calls = 0;
		const answer = await createRequester(
			stripe,
			new RateLimiter(20, clock),
			clock
		)('Invoices', async () => {
			calls += 1;
			if (calls < 4) throw rateLimited();
			return 'here';
		});
		expect(answer).toBe('here');
		expect(clock.slept).toEqual([375, 750, 1500]);
	});

	test('that stays is given up after five more tries, in words', async () => {
		const clock = clockwork();
		let calls = 0;
		const answer = createRequester(
			stripe,
			new RateLimiter(20, clock),
			clock
		)('Invoices', async () => {
			calls += 1;
			throw rateLimited();
		});
		await expect(answer).rejects.toThrow('Stripe keeps refusing to list Invoices because too many requests arrive at once');
		expect(calls).toBe(6);
	});
});

describe('a request that Stripe could not answer', () => {
	test.each([
		['a lost connection', new Stripe.errors.StripeConnectionError({ message: 'socket hang up' })],
		['an error of its own', new Stripe.errors.StripeAPIError({ message: 'oops', statusCode: 503 })],
		['what is no answer of its', new Stripe.errors.StripeAPIError({ message: 'Invalid JSON received from the Stripe API' })]
	])('is made again after %s, twice at most', async (_, error) => {
		const clock = clockwork();
		let calls = 0;
		const answer = createRequester(
			stripe,
			new RateLimiter(20, clock),
			clock
		)('Invoices', async () => {
			calls += 1;
			throw error;
		});
		await expect(answer).rejects.toThrow('Stripe');
		expect(calls).toBe(3);
		expect(clock.slept).toEqual([375, 750]);
	});
});

test('another error is not asked again', async () => {
	let calls = 0;
	const clock = clockwork();
	const answer = createRequester(
		stripe,
		new RateLimiter(20, clock),
		clock
	)('Events', async () => {
		calls += 1;
		throw new Stripe.errors.StripePermissionError({ type: 'invalid_request_error', statusCode: 403 });
	});
	await expect(answer).rejects.toThrow('may not read Events');
	expect(calls).toBe(1);
});
