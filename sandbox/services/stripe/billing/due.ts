import { DRAFT_SECONDS } from '../objects/invoice.js';
import { periodOf } from '../objects/subscription.js';
import type { Catalog } from '../records/catalog.js';
import { MAX_ATTEMPTS, RETRY_SECONDS } from '../records/invoicing.js';
import { hasEnded, type InvoiceRecord, isOverdue, type SubscriptionRecord } from '../records/records.js';

/** What happens to a subscription by itself, and when. */

export interface Due {
	readonly at: number;
	readonly what: 'trial-warning' | 'cancellation' | 'trial-end' | 'renewal' | 'resumption' | 'finalization' | 'retry' | 'expiry';
	/** Of a finalization or a retry. */
	readonly invoice?: InvoiceRecord;
}

/** Stripe warns of the end of a trial this long before. */
const TRIAL_WARNING_SECONDS = 3 * 86_400;
/** Stripe gives this time to pay the first invoice. */
export const FIRST_PAYMENT_SECONDS = 23 * 3600;

/** The first that is due after a time, or at it if it was left undone; undefined if nothing ever is. */
export function nextDue(record: SubscriptionRecord, catalog: Catalog, after: number): Due | undefined {
	let first: Due | undefined;
	// Of two at the same time, the one named first.
	for (const due of allDue(record, catalog, after)) if (first === undefined || due.at < first.at) first = due;
	return first;
}

function allDue(record: SubscriptionRecord, catalog: Catalog, after: number): Due[] {
	const { status, created, trialEnd, cancelAt, cancelAtPeriodEnd, pause, invoices } = record;
	if (hasEnded(status)) return [];
	if (status === 'incomplete') return [{ at: Math.max(after, created + FIRST_PAYMENT_SECONDS), what: 'expiry' }];
	const due: Due[] = [];
	const isTrial = status === 'trialing' && trialEnd !== null;
	const { end } = periodOf(record, catalog, after);
	if (isTrial && trialEnd - TRIAL_WARNING_SECONDS > after) due.push({ at: trialEnd - TRIAL_WARNING_SECONDS, what: 'trial-warning' });
	if (cancelAtPeriodEnd) due.push({ at: Math.max(after, end), what: 'cancellation' });
	if (cancelAt !== null) due.push({ at: Math.max(after, cancelAt), what: 'cancellation' });
	if (isTrial) due.push({ at: Math.max(after, trialEnd), what: 'trial-end' });
	if ((status === 'active' || isOverdue(status)) && !cancelAtPeriodEnd) due.push({ at: end, what: 'renewal' });
	if (pause && pause.resumes_at !== null) due.push({ at: Math.max(after, pause.resumes_at), what: 'resumption' });
	for (const invoice of invoices) {
		if (invoice.status === 'draft' && invoice.autoAdvance)
			due.push({ at: Math.max(after, invoice.created + DRAFT_SECONDS), what: 'finalization', invoice });
		if (status === 'past_due' && invoice.status === 'open' && invoice.attempts < MAX_ATTEMPTS)
			due.push({
				at: Math.max(after, (invoice.finalizedAt ?? invoice.created) + invoice.attempts * RETRY_SECONDS),
				what: 'retry',
				invoice
			});
	}
	return due;
}
