import { expect, it } from 'vitest';
import { stripeAccount } from '../../bench/lib/stripe-account.js';
import { worldSchema } from '../../sandbox/world/world.js';

it('stripeAccount generates a valid sandbox account of the requested size, with nothing created in the future', () => {
	const now = 1_780_000_000;
	const stripe = stripeAccount(1_000, now);
	expect(worldSchema.parse({ stripe }).stripe).toEqual(stripe);
	expect(stripe.subscriptions).toHaveLength(1_000);
	for (const { created = 0, failedAt } of stripe.subscriptions) expect(created).toBeLessThan(failedAt ?? now);
});
