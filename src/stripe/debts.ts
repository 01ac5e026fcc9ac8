import type Stripe from 'stripe';
import type { Ask } from './ask.js';
import { dueAt } from './convert.js';
import { readList } from './pages.js';
import { sideBySide } from './side-by-side.js';

/**
 * Since when each subscription in debt is unpaid, by its oldest open invoice: Stripe has no field for it, and the latest invoice
 * may be newer than the one that failed. A subscription without open invoices is not in the answer.
 * @throws {SourceError}
 */
export async function readDebts(ask: Ask, subscriptions: readonly Stripe.Subscription[]): Promise<ReadonlyMap<string, Date>> {
	const inDebt = subscriptions.filter(({ status }) => status === 'past_due' || status === 'unpaid');
	const debts = new Map<string, Date>();
	await sideBySide(inDebt, async ({ id }) => {
		const since = await oldestOpenInvoice(ask, id);
		if (since !== null) debts.set(id, since);
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
