import type Stripe from 'stripe';
import type { OnProgress } from '../reconciliation/ports.js';
import type { Ask } from './ask.js';
import { dueAt } from './convert.js';
import { readList } from './pages.js';
import { sideBySide } from './side-by-side.js';

/**
 * Since when each subscription in debt is unpaid, by its oldest open invoice: Stripe has no field for it, and the latest invoice
 * may be newer than the one that failed. A subscription without open invoices is not in the answer.
 * @param onProgress - hears of every debt: a call for each makes this the slow part where many are behind
 * @throws {SourceError}
 */
export async function readDebts(
	ask: Ask,
	subscriptions: readonly Stripe.Subscription[],
	onProgress: OnProgress = () => {}
): Promise<ReadonlyMap<string, Date>> {
	const inDebt = subscriptions.filter(({ status }) => status === 'past_due' || status === 'unpaid');
	const debts = new Map<string, Date>();
	let done = 0;
	await sideBySide(inDebt, async ({ id }) => {
		const since = await oldestOpenInvoice(ask, id);
		if (since !== null) debts.set(id, since);
		done += 1;
		onProgress({ source: 'debts', done, total: inDebt.length, finished: done === inDebt.length });
	});
	return debts;
}

async function oldestOpenInvoice(ask: Ask, subscriptionId: string): Promise<Date | null> {
	const invoices = await readList<Stripe.Invoice>(ask, {
		resource: 'Invoices',
		request: (stripe, cursor) => stripe.invoices.list({ ...cursor, subscription: subscriptionId, status: 'open' })
	});
	return invoices.map(dueAt).reduce<Date | null>((oldest, due) => (oldest === null || due < oldest ? due : oldest), null);
}
