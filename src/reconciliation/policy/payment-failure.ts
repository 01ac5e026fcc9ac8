import type { Subscription } from '../domain/billing.js';
import type { Links } from '../domain/links.js';
import { isPastDue } from './entitlement.js';

/** The start of each payment failure: from a row, else from the oldest open invoice, else from the first run that saw it. */
export class PaymentFailures {
	public constructor(
		private readonly links: Links,
		private readonly now: Date
	) {}

	/**
	 * Start of the failure; meaningless unless the subscription is past due.
	 * @param rows - whose `paymentFailedAt` is about this subscription. The latest counts, in the payer's favour
	 */
	public since(subscription: Subscription, rows: readonly { readonly paymentFailedAt: Date | null }[]): Date {
		if (!isPastDue(subscription.status)) return this.now;
		const recorded = rows.flatMap(({ paymentFailedAt }) => (paymentFailedAt === null ? [] : [paymentFailedAt.getTime()]));
		if (recorded.length > 0) return new Date(Math.max(...recorded));
		return subscription.unpaidSince ?? this.links.firstSeenUnpaid.get(subscription.id) ?? this.now;
	}

	/** Whether it is past due without an invoice date, and no earlier run saw it. */
	public isUndated(subscription: Subscription): boolean {
		return isPastDue(subscription.status) && subscription.unpaidSince === null && !this.links.firstSeenUnpaid.has(subscription.id);
	}

	/** Whether an earlier run saw it past due, and it no longer is: the next failure starts anew. */
	public isCleared(subscription: Subscription): boolean {
		return this.links.firstSeenUnpaid.size > 0 && !isPastDue(subscription.status) && this.links.firstSeenUnpaid.has(subscription.id);
	}
}
