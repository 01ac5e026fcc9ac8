import type { Subscription } from '../domain/billing.js';
import type { Links } from '../domain/links.js';
import { isPastDue } from './entitlement.js';

/** A row that may date a payment failure. */
interface DatingRow {
	readonly paymentFailedAt: Date | null;
}

/**
 * The start of each payment failure: from the invoices, else from a row, else from the first run that saw it. A date that cannot be that of
 * this debt is ignored: applications write stale dates, and seconds where milliseconds belong.
 */
export class PaymentFailures {
	public constructor(
		private readonly links: Pick<Links, 'firstSeenUnpaid'>,
		private readonly now: Date
	) {}

	/**
	 * Start of the failure; meaningless unless the subscription is past due.
	 * @param rows - whose `paymentFailedAt` is about this subscription. The latest counts, in the payer's favour
	 */
	public since(subscription: Subscription, rows: readonly DatingRow[]): Date {
		if (!isPastDue(subscription.status)) return this.now;
		return this.invoiced(subscription) ?? this.recorded(subscription, rows) ?? this.seen(subscription) ?? this.now;
	}

	/** Whether it is past due without an invoice that dates it, and no run saw this debt before. */
	public isUndated(subscription: Subscription): boolean {
		return isPastDue(subscription.status) && this.invoiced(subscription) === null && this.seen(subscription) === null;
	}

	/** Whether a run saw it past due, and that debt is over: the next one starts anew. */
	public isCleared(subscription: Subscription): boolean {
		if (this.links.firstSeenUnpaid.size === 0 || !this.links.firstSeenUnpaid.has(subscription.id)) return false;
		return !isPastDue(subscription.status) || this.seen(subscription) === null;
	}

	/** A due date in the future dates no failure. */
	private invoiced({ unpaidSince }: Subscription): Date | null {
		return unpaidSince !== null && unpaidSince <= this.now ? unpaidSince : null;
	}

	private recorded(subscription: Subscription, rows: readonly DatingRow[]): Date | null {
		const dates = rows.flatMap(({ paymentFailedAt: date }) =>
			date !== null && this.isPlausible(subscription, date) ? [date.getTime()] : []
		);
		return dates.length === 0 ? null : new Date(Math.max(...dates));
	}

	private seen(subscription: Subscription): Date | null {
		const date = this.links.firstSeenUnpaid.get(subscription.id);
		return date !== undefined && this.isPlausible(subscription, date) ? date : null;
	}

	private isPlausible({ createdAt, lastPaidAt }: Subscription, date: Date): boolean {
		return date >= createdAt && (lastPaidAt === null || date >= lastPaidAt) && date <= this.now;
	}
}
