import type { Subscription } from '../domain/billing.js';
import type { Links } from '../domain/links.js';
import { isPastDue } from './entitlement.js';

/** Since when each debt counts: what a row says, else the oldest open invoice, else the first run that saw it. */
export class PaymentFailures {
	public constructor(
		private readonly links: Links,
		private readonly now: Date
	) {}

	/** @param rows - the rows whose `paymentFailedAt` is about this subscription; of several moments the latest counts, in the payer's favour. Without meaning for what is not in debt */
	public since(subscription: Subscription, rows: readonly { readonly paymentFailedAt: Date | null }[]): Date {
		if (!isPastDue(subscription.status)) return this.now;
		const told = rows.flatMap(({ paymentFailedAt }) => (paymentFailedAt === null ? [] : [paymentFailedAt.getTime()]));
		if (told.length > 0) return new Date(Math.max(...told));
		return subscription.unpaidSince ?? this.links.firstSeenUnpaid.get(subscription.id) ?? this.now;
	}

	/** Whether nothing dates this debt and no run has seen it yet. */
	public isUndated(subscription: Subscription): boolean {
		return isPastDue(subscription.status) && subscription.unpaidSince === null && !this.links.firstSeenUnpaid.has(subscription.id);
	}

	/** Whether it was in debt when a run saw it, and owes nothing now: the next debt starts anew. */
	public isCleared(subscription: Subscription): boolean {
		return this.links.firstSeenUnpaid.size > 0 && !isPastDue(subscription.status) && this.links.firstSeenUnpaid.has(subscription.id);
	}
}
