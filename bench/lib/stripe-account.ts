import type { World } from '../../sandbox/world/world.js';

/** Generates a Stripe account with one subscription per customer. */

const DAY = 86_400;
const ACCOUNT_AGE_DAYS = 900;
/** Share created within an hour, as by a migration: real accounts do not grow evenly. */
const IMPORTED_SHARE = 0.1;
const IMPORTED_DAYS_AGO = 400;
/** One in this many is past due, or canceled. */
const PAST_DUE_ONE_IN = 50;
const CANCELED_ONE_IN = 10;

/** @param size - number of subscriptions
 * @param now - epoch seconds */
export function stripeAccount(size: number, now: number): World['stripe'] {
	const customers: World['stripe']['customers'] = [];
	const subscriptions: World['stripe']['subscriptions'] = [];
	const imported = Math.floor(size * IMPORTED_SHARE);
	for (let i = 0; i < size; i += 1) {
		const customer = `cus_${i + 1}`;
		const metadata = { discord_id: (200_000_000_000_000_000n + BigInt(i)).toString() };
		customers.push({ id: customer, email: `${customer}@example.com`, name: null, metadata });
		// The square root makes the number of new subscriptions per day grow linearly.
		const ageSeconds =
			i < imported ? IMPORTED_DAYS_AGO * DAY + (i % 3_600) : Math.floor(ACCOUNT_AGE_DAYS * DAY * (1 - Math.sqrt((i + 1) / (size + 1))));
		const pastDue = i % PAST_DUE_ONE_IN === 0;
		subscriptions.push({
			id: `sub_${i + 1}`,
			customer,
			status: pastDue ? 'past_due' : i % CANCELED_ONE_IN === 1 ? 'canceled' : 'active',
			price: i % 3 === 0 ? 'price_lord' : 'price_knight',
			quantity: 1,
			created: now - ageSeconds - 40 * DAY,
			metadata: {},
			failedAt: pastDue ? now - 10 * DAY : null,
			cancel_at_period_end: false,
			pause_collection: null
		});
	}
	return { customers, subscriptions };
}
