import { isInDebt } from './policy.js';
import type { Accounts, Links, Subscription } from './types.js';

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

	/** What a run is to remember and to forget: debts that nothing dates and no run has seen yet, and remembered ones that are paid. */
	public changesIn(accounts: Accounts): { readonly unknown: readonly string[]; readonly settled: readonly string[] } {
		const unknown: string[] = [];
		const settled: string[] = [];
		const { seenDebts } = this.links;
		for (const { subscriptions } of accounts.values()) {
			for (const subscription of subscriptions) {
				const owes = isInDebt(subscription.status);
				if (owes && subscription.unpaidSince === null && !seenDebts.has(subscription.id)) unknown.push(subscription.id);
				// The next debt starts anew.
				else if (!owes && seenDebts.size > 0 && seenDebts.has(subscription.id)) settled.push(subscription.id);
			}
		}
		return { unknown: unknown.sort(), settled: settled.sort() };
	}
}
