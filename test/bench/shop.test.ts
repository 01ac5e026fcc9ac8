import { expect, it } from 'vitest';
import { shop } from '../../bench/lib/shop.js';
import { worldSchema } from '../../sandbox/world/world.js';

it('is an account that the sandbox takes, of exactly the size that was asked for, with nothing in the future', () => {
	const now = 1_780_000_000;
	const stripe = shop(1_000, now);
	expect(worldSchema.parse({ stripe }).stripe).toEqual(stripe);
	expect(stripe.subscriptions).toHaveLength(1_000);
	for (const { created = 0, failedAt } of stripe.subscriptions) expect(created).toBeLessThan(failedAt ?? now);
});
