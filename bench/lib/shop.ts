import type { World } from '../../sandbox/world/world.js';

/** A Stripe account of exactly so many subscriptions, each of a customer of its own. */

const DAY = 86_400;
const OPEN_SINCE_DAYS = 900;
/** So many came on the day on which an older system was given up: no even flow, as with any real shop. */
const CAME_AT_ONCE = 0.1;
const IMPORTED_DAYS_AGO = 400;
/** One of so many owes; and one of so many has ended. */
const OWES = 50;
const ENDED = 10;

/** @param now - epoch seconds */
export function shop(size: number, now: number): World['stripe'] {
	const customers: World['stripe']['customers'] = [];
	const subscriptions: World['stripe']['subscriptions'] = [];
	const atOnce = Math.floor(size * CAME_AT_ONCE);
	for (let i = 0; i < size; i += 1) {
		const customer = `cus_${i + 1}`;
		const metadata = { discord_id: (200_000_000_000_000_000n + BigInt(i)).toString() };
		customers.push({ id: customer, email: `${customer}@example.com`, name: null, metadata });
		// More every year: the root makes the flow grow evenly.
		const ago =
			i < atOnce ? IMPORTED_DAYS_AGO * DAY + (i % 3_600) : Math.floor(OPEN_SINCE_DAYS * DAY * (1 - Math.sqrt((i + 1) / (size + 1))));
		const owes = i % OWES === 0;
		subscriptions.push({
			id: `sub_${i + 1}`,
			customer,
			status: owes ? 'past_due' : i % ENDED === 1 ? 'canceled' : 'active',
			price: i % 3 === 0 ? 'price_lord' : 'price_knight',
			quantity: 1,
			created: now - ago - 40 * DAY,
			metadata: {},
			failedAt: owes ? now - 10 * DAY : null,
			cancel_at_period_end: false,
			pause_collection: null
		});
	}
	return { customers, subscriptions };
}
