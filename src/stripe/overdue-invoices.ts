import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import type { OnProgress } from '../reconciliation/domain/ports.js';
import { isPastDue } from '../reconciliation/policy/entitlement.js';
import type { StripeRequest } from './api/request.js';
import { dueAt, idOf } from './convert.js';
import { readList } from './lists/paginate.js';
import { type ParallelListOptions, readParallelList } from './lists/parallel-list.js';

/**
 * How long subscriptions have been unpaid, by their oldest open invoice. Stripe has no field for it, and the latest invoice may be newer
 * than the first that failed.
 */

/** Subscription ID → when its oldest open invoice fell due. Subscriptions without open invoices are absent. */
type DueDates = ReadonlyMap<string, Date>;

const RESOURCE = 'Invoices';
const OPEN = { status: 'open' } as const;

/** Reads all open invoices. @throws {SourceError} */
export async function listOverdueSince(
	options: Pick<ParallelListOptions<Stripe.Invoice>, 'request' | 'rateLimiter' | 'now' | 'cache' | 'nowSeconds'>,
	onProgress: OnProgress
): Promise<DueDates> {
	const dueDates = new Map<string, Date>();
	let done = 0;
	await readParallelList<Stripe.Invoice>({
		...options,
		// Open invoices are usually few and recent.
		initialSplits: [],
		resource: RESOURCE,
		listPage: (stripe, page) => stripe.invoices.list({ ...page, ...OPEN }),
		onItems: (invoices) => {
			for (const invoice of invoices) recordOldest(dueDates, invoice);
			done += invoices.length;
			onProgress({ source: 'invoices', done, total: null, finished: false });
		}
	});
	if (done > 0) onProgress({ source: 'invoices', done, total: done, finished: true });
	return dueDates;
}

/** Reads the open invoices of these subscriptions: a request for each that is past due. @throws {SourceError} */
export async function overdueSinceFor(request: StripeRequest, subscriptions: readonly Stripe.Subscription[]): Promise<DueDates> {
	const dueDates = new Map<string, Date>();
	const pastDue = subscriptions.filter(({ status }) => isPastDue(status));
	await forEachConcurrent(pastDue, async ({ id }) => {
		const invoices = await readList<Stripe.Invoice>(request, {
			resource: RESOURCE,
			listPage: (stripe, page) => stripe.invoices.list({ ...page, ...OPEN, subscription: id })
		});
		for (const invoice of invoices) recordOldest(dueDates, invoice);
	});
	return dueDates;
}

function recordOldest(dueDates: Map<string, Date>, invoice: Stripe.Invoice): void {
	const subscription = invoice.parent?.subscription_details?.subscription;
	// A one-off purchase.
	if (!subscription) return;
	const [id, due] = [idOf(subscription), dueAt(invoice)];
	const known = dueDates.get(id);
	if (known === undefined || due < known) dueDates.set(id, due);
}
