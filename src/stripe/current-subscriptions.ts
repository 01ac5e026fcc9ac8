import type Stripe from 'stripe';
import type { StripeRequest } from './api/request.js';
import { inspectItems } from './inspect.js';
import { PAGE_SIZE } from './lists/paginate.js';

/** The statuses of subscriptions that may give a role. */
const CURRENT: ReadonlySet<string> = new Set(['active', 'trialing', 'past_due', 'unpaid']);

/**
 * Reads the subscriptions that may give a role, the newest first, for a limited time: an operator is waiting.
 * @param maxMs - no page is requested after this many milliseconds
 * @param onItems - called with the readable items of each subscription
 * @returns the number of subscriptions read, and whether these are all
 * @throws {SourceError}
 */
export async function readCurrentSubscriptions(
	request: StripeRequest,
	maxMs: number,
	onItems: (items: readonly Stripe.SubscriptionItem[]) => void
): Promise<{ readonly read: number; readonly complete: boolean }> {
	const until = Date.now() + maxMs;
	let read = 0;
	for (let after: string | undefined; ; ) {
		const page = await request('Subscriptions', (stripe) =>
			stripe.subscriptions.list({ limit: PAGE_SIZE, ...(after !== undefined && { starting_after: after }) })
		);
		for (const { status, items } of page.data) {
			if (!CURRENT.has(status)) continue;
			read += 1;
			onItems(inspectItems(items?.data).readable);
		}
		after = page.data.at(-1)?.id;
		const complete = !page.has_more || after === undefined;
		if (complete || Date.now() > until) return { read, complete };
	}
}
