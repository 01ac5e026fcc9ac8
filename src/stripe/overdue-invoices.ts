import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import type { OnProgress } from '../reconciliation/domain/ports.js';
import { isPastDue } from '../reconciliation/policy/entitlement.js';
import type { StripeRequest } from './api/request.js';
import { dueAt, idOf } from './convert.js';
import { readList } from './lists/paginate.js';
import { type ParallelListOptions, readParallelList } from './lists/parallel-list.js';

/**
 * Since when subscriptions are unpaid, by their oldest open invoice: Stripe has no field for it, and the latest invoice may be newer
 * than the one that failed.
 */

/** Subscription → when its oldest open invoice fell due. One without open invoices is not in it. */
type DueDates = ReadonlyMap<string, Date>;

const RESOURCE = 'Invoices';
const OPEN = { status: 'open' } as const;

/** Of all subscriptions: every open invoice there is, a hundred to a request. @throws {SourceError} */
export async function listOverdueSince(
	options: Pick<ParallelListOptions<Stripe.Invoice>, 'request' | 'rateLimiter' | 'now' | 'memory' | 'nowSeconds'>,
	onProgress: OnProgress
): Promise<DueDates> {
	const debts = new Map<string, Date>();
	let done = 0;
	await readParallelList<Stripe.Invoice>({
		...options,
		// They are few, as a rule, and not old.
		initialSplits: [],
		resource: RESOURCE,
		listPage: (stripe, page) => stripe.invoices.list({ ...page, ...OPEN }),
		onItems: (invoices) => {
			for (const invoice of invoices) recordOldest(debts, invoice);
			done += invoices.length;
			onProgress({ source: 'invoices', done, total: null, finished: false });
		}
	});
	if (done > 0) onProgress({ source: 'invoices', done, total: done, finished: true });
	return debts;
}

/** Of these subscriptions: a request for each that is in debt. @throws {SourceError} */
export async function overdueSinceFor(ask: StripeRequest, subscriptions: readonly Stripe.Subscription[]): Promise<DueDates> {
	const debts = new Map<string, Date>();
	const inDebt = subscriptions.filter(({ status }) => isPastDue(status));
	await forEachConcurrent(inDebt, async ({ id }) => {
		const invoices = await readList<Stripe.Invoice>(ask, {
			resource: RESOURCE,
			request: (stripe, cursor) => stripe.invoices.list({ ...cursor, ...OPEN, subscription: id })
		});
		for (const invoice of invoices) recordOldest(debts, invoice);
	});
	return debts;
}

function recordOldest(debts: Map<string, Date>, invoice: Stripe.Invoice): void {
	const subscription = invoice.parent?.subscription_details?.subscription;
	// Of a purchase that is no subscription.
	if (!subscription) return;
	const [id, due] = [idOf(subscription), dueAt(invoice)];
	const known = debts.get(id);
	if (known === undefined || due < known) debts.set(id, due);
}
