import { nowOf, subscriptionObject } from '../objects/subscription.js';
import { invoicesOf } from '../records/invoicing.js';
import type { SubscriptionRecord } from '../records/records.js';
import type { StripeState } from '../state/state.js';
import { collect, createInvoice, finalizeInvoice, setStatus } from './collect.js';
import { type Due, nextDue } from './due.js';
import { emitInvoice, emitSubscription, emitSubscriptionChange } from './emit.js';

/**
 * Lets everything happen that is due within a time, in order: renewals, payments and retries, the ends of trials and subscriptions.
 * @param setTime - sets the time at which the subscriptions are, in `state` or their clock
 */
export function passTime(
	state: StripeState,
	records: readonly SubscriptionRecord[],
	{ from, to, setTime }: { readonly from: number; readonly to: number; readonly setTime: (now: number) => void }
): void {
	const reached = new Map(records.map((record) => [record, from]));
	for (;;) {
		let next: { readonly record: SubscriptionRecord; readonly due: Due } | undefined;
		for (const [record, after] of reached) {
			const due = nextDue(record, state.store.catalog, after);
			if (due && due.at <= to && (next === undefined || due.at < next.due.at)) next = { record, due };
		}
		if (next === undefined) break;
		const { record, due } = next;
		reached.set(record, due.at);
		setTime(due.at - 1);
		const before = subscriptionObject(record, state.context);
		setTime(due.at);
		happen(state, record, due, before);
	}
	setTime(to);
}

/** @param before - the subscription a second earlier */
function happen(state: StripeState, record: SubscriptionRecord, { what, invoice }: Due, before: object): void {
	const was = record.status;
	switch (what) {
		case 'trial-warning':
			emitSubscription(state, 'customer.subscription.trial_will_end', record);
			break;
		case 'cancellation':
			setStatus(state, record, 'canceled');
			break;
		case 'trial-end':
			state.store.changeSubscription(record, () => {
				record.status = 'active';
			});
			createInvoice(state, record);
			emitSubscriptionChange(state, record, was, before);
			break;
		case 'renewal':
			createInvoice(state, record);
			emitSubscriptionChange(state, record, was, before);
			break;
		case 'resumption':
			record.pause = null;
			emitSubscriptionChange(state, record, was, before);
			break;
		case 'finalization':
			if (invoice) finalizeInvoice(state, invoice);
			break;
		case 'retry':
			if (invoice) collect(state, invoice);
			break;
		case 'expiry':
			expire(state, record);
	}
}

/** The first payment was not made in time. */
function expire(state: StripeState, record: SubscriptionRecord): void {
	const before = subscriptionObject(record, state.context);
	const was = record.status;
	state.store.changeSubscription(record, () => {
		record.status = 'incomplete_expired';
		record.endedAt = nowOf(record.customer, state.context);
	});
	for (const first of invoicesOf(record).slice(0, 1)) emitInvoice(state, 'invoice.voided', first);
	emitSubscriptionChange(state, record, was, before);
}
