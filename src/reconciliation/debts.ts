import { isInDebt } from './policy.js';
import type { Links, Subscription } from './types.js';

/** Since when each debt counts: what a row says, else the oldest open invoice, else the first run that saw it. */
export class Debts {
	public constructor(
		private readonly links: Links,
		private readonly now: Date
	) {}

	/** @param rows - the rows whose `paymentFailedAt` is about this subscription; of several moments the latest counts, in the payer's favour */
	public since(subscription: Subscription, rows: readonly { readonly paymentFailedAt: Date | null }[]): Date {
		const told = rows.flatMap(({ paymentFailedAt }) => (paymentFailedAt === null ? [] : [paymentFailedAt.getTime()]));
		if (told.length > 0) return new Date(Math.max(...told));
		return subscription.unpaidSince ?? this.links.seenDebts.get(subscription.id) ?? this.now;
	}

	/** Debts that no invoice dates and no run has seen yet. */
	public unknownOf(subscriptions: readonly Subscription[]): readonly string[] {
		return subscriptions
			.filter(({ id, status, unpaidSince }) => isInDebt(status) && unpaidSince === null && !this.links.seenDebts.has(id))
			.map(({ id }) => id)
			.sort();
	}

	/** Remembered debts of subscriptions that owe nothing now: the next debt starts anew. */
	public settledAmong(subscriptions: readonly Subscription[]): readonly string[] {
		return subscriptions
			.filter(({ id, status }) => !isInDebt(status) && this.links.seenDebts.has(id))
			.map(({ id }) => id)
			.sort();
	}
}
