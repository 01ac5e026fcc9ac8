import { z } from 'zod';
import { ControlError } from '../../core/control-error.js';
import { discountSchema, itemSchema } from '../../core/world.js';
import { announceInvoice, announcePayment } from '../billing/announce.js';
import { collect, voidInvoice } from '../billing/collect.js';
import { emitSubscription, emitSubscriptionChange } from '../billing/emit.js';
import { currentPeriod, nowOf, subscriptionObject } from '../objects/subscription.js';
import { failedAt, invoicesOf, laterInvoices } from '../records/invoicing.js';
import { addIntervals } from '../records/periods.js';
import { hasEnded, type InvoiceRecord, isOverdue, type SubscriptionRecord } from '../records/records.js';
import type { StripeState } from '../state/state.js';
import { endOf, NO_DISCOUNTS } from '../state/store.js';
import { mergedMetadata, metadataChange, nextFreeId, read, requireCustomer, requireSubscription, unchanged } from './read.js';

/** Subscriptions in the world's format: changes set what they name, and invoices and events follow. */

const quantity = z.int().nonnegative();
const change = z.strictObject({
	/** Accepted so that an object can be sent back as read; these cannot change. */
	id: z.string().optional(),
	customer: z.string().optional(),
	ended_at: z.int().nullish(),
	current_period_end: z.int().optional(),
	status: z.string().min(1).optional(),
	price: z.string().min(1).optional(),
	quantity: quantity.optional(),
	items: z.array(itemSchema).min(1).optional(),
	discounts: z.array(discountSchema).optional(),
	created: z.int().optional(),
	metadata: metadataChange,
	failedAt: z.int().nullish(),
	cancel_at_period_end: z.boolean().optional(),
	/** Epoch seconds. */
	cancel_at: z.int().nullish(),
	/** Epoch seconds; the end of the trial of a `trialing` subscription. */
	trial_end: z.int().nullish(),
	pause_collection: z
		.union([z.literal(''), z.strictObject({ behavior: z.string().default('void'), resumes_at: z.int().nullable().default(null) })])
		.nullish()
});
const newSubscription = change.extend({ id: z.string().min(1).optional(), customer: z.string().min(1) });

type Change = z.output<typeof change>;

export function showSubscription({ context }: StripeState, record: SubscriptionRecord): unknown {
	const [only, ...others] = record.items;
	return {
		id: record.id,
		customer: record.customer.id,
		status: record.status,
		...(only && others.length === 0 && !only.discounts ? { price: only.price, quantity: only.quantity } : { items: record.items }),
		...(record.discounts.length > 0 && { discounts: record.discounts }),
		created: record.created,
		metadata: record.metadata,
		failedAt: failedAt(record),
		current_period_end: currentPeriod(record, context).end,
		cancel_at_period_end: record.cancelAtPeriodEnd,
		cancel_at: record.cancelAt,
		trial_end: record.trialEnd,
		pause_collection: record.pause,
		ended_at: record.endedAt
	};
}

export function createSubscription(state: StripeState, given: unknown): unknown {
	const { store } = state;
	const body = read(newSubscription, given);
	const customer = requireCustomer(store, body.customer);
	if (customer.deleted) throw new ControlError(409, `customer ${customer.id} is deleted`);
	const id = body.id ?? nextFreeId('sub_new', (name) => store.subscription(name) !== undefined);
	if (store.subscription(id)) throw new ControlError(409, `subscription ${id} already exists`);
	const now = nowOf(customer, state.context);
	const status = body.status ?? 'active';
	const created = body.created ?? Math.min(now, body.failedAt ?? now);
	const items = store.internItems(itemsOf(body) ?? [{ price: 'price_knight', quantity: body.quantity ?? 1 }]);
	const interval = store.catalog.intervalOf(items);
	const trialEnd = body.trial_end ?? (status === 'trialing' ? addIntervals(created, interval, 1) : null);
	const record: SubscriptionRecord = {
		id,
		customer,
		created,
		anchor: trialEnd ?? created,
		status,
		items,
		firstItems: items,
		discounts: body.discounts ?? NO_DISCOUNTS,
		metadata: mergedMetadata({}, body.metadata),
		cancelAtPeriodEnd: body.cancel_at_period_end ?? false,
		cancelAt: body.cancel_at ?? null,
		trialEnd,
		pause: body.pause_collection || null,
		endedAt: endOf(status, created, now),
		invoices: []
	};
	if (isOverdue(status)) customer.cardDeclined = true;
	if (body.failedAt) record.invoices = laterInvoices(record, body.failedAt, now, interval);
	store.addSubscription(record);
	emitSubscription(state, 'customer.subscription.created', record);
	for (const invoice of invoicesOf(record)) announceInvoice(state, invoice);
	return showSubscription(state, record);
}

export function updateSubscription(state: StripeState, id: string, given: unknown): unknown {
	const { store, context } = state;
	const record = requireSubscription(store, id);
	const body = read(change, given);
	unchanged('id', record.id, body.id);
	unchanged('customer', record.customer.id, body.customer);
	const now = nowOf(record.customer, context);
	const since = body.failedAt === failedAt(record) ? undefined : body.failedAt;
	const before = subscriptionObject(record, context);
	const was = record.status;
	const status = body.status ?? was;
	const items = itemsOf(body, record);
	const paid = record.invoices.filter((invoice) => invoice.status === 'open' && (status === 'active' || status === 'trialing'));
	store.changeSubscription(record, () => {
		record.status = status;
		if (items) record.items = store.internItems(items);
		if (body.discounts) record.discounts = body.discounts;
		if (body.created !== undefined) moveStart(record, body.created);
		setTrial(state, record, body.trial_end, was, now);
		if (!hasEnded(status)) record.endedAt = null;
		else if (!hasEnded(was)) record.endedAt = now;
	});
	record.metadata = mergedMetadata(record.metadata, body.metadata);
	if (body.cancel_at_period_end !== undefined) record.cancelAtPeriodEnd = body.cancel_at_period_end;
	if (body.cancel_at !== undefined) record.cancelAt = body.cancel_at;
	if (body.pause_collection !== undefined) record.pause = body.pause_collection || null;
	if (body.status !== undefined && isOverdue(status) !== isOverdue(was)) record.customer.cardDeclined = isOverdue(status);
	if (paid.length > 0) record.customer.cardDeclined = false;
	for (const invoice of paid) collect(state, invoice);
	if (was === 'incomplete' && !hasEnded(status)) {
		for (const first of invoicesOf(record).slice(0, 1)) {
			announcePayment(state, first);
			paid.push(first);
		}
	}
	// Once the debt is paid, Stripe no longer charges its drafts.
	if (paid.length > 0) for (const invoice of record.invoices) if (invoice.status === 'draft') voidInvoice(state, invoice);
	for (const invoice of addDebt(state, record, since, was)) announceInvoice(state, invoice);
	emitSubscriptionChange(state, record, was, before);
	return showSubscription(state, record);
}

export function cancelSubscription(state: StripeState, id: string): unknown {
	return updateSubscription(state, id, { status: 'canceled' });
}

/** Sets when the subscription began. Its billing periods begin then, unless they have been counted from another time. */
function moveStart(record: SubscriptionRecord, created: number): void {
	if (record.anchor === record.created) record.anchor = created;
	record.created = created;
}

/** A trial that the change begins lasts for a period; one that it ends is over now. */
function setTrial({ store }: StripeState, record: SubscriptionRecord, given: number | null | undefined, was: string, now: number): void {
	const isTrial = record.status === 'trialing';
	if (given !== undefined && given !== record.trialEnd) record.trialEnd = given;
	else if (isTrial && was !== 'trialing') record.trialEnd = addIntervals(now, store.catalog.intervalOf(record.items), 1);
	else if (!isTrial && was === 'trialing' && record.trialEnd !== null && record.trialEnd > now) record.trialEnd = now;
	else return;
	record.anchor = record.trialEnd ?? record.created;
}

/**
 * Creates the invoices of a payment failure.
 * @param given - the time of the failure; undefined: now, if the status only now becomes overdue; null: none
 */
function addDebt(state: StripeState, record: SubscriptionRecord, given: number | null | undefined, was: string): InvoiceRecord[] {
	const { store } = state;
	const now = nowOf(record.customer, state.context);
	const failsNow = given === undefined && isOverdue(record.status) && !isOverdue(was) && failedAt(record) === null;
	const since = failsNow ? now : given;
	if (since === undefined) return [];
	for (const invoice of record.invoices) if (invoice.status === 'open' || invoice.status === 'draft') voidInvoice(state, invoice);
	if (since === null) return [];
	const invoices = laterInvoices(record, since, now, store.catalog.intervalOf(record.items));
	record.invoices = [...record.invoices, ...invoices];
	for (const invoice of invoices) {
		store.addInvoice(invoice);
		for (const charge of invoice.charges) store.payments.charges.insert(charge);
	}
	return invoices;
}

/** The items after the change; undefined if unchanged. */
function itemsOf({ price, quantity, items }: Change, record?: SubscriptionRecord) {
	if (items) {
		if (price !== undefined || quantity !== undefined) throw new ControlError(400, 'give either price and quantity, or items');
		return items;
	}
	const [first, ...others] = record?.items ?? [];
	if (price === undefined && (quantity === undefined || !first)) return undefined;
	if (others.length > 0) throw new ControlError(400, 'the subscription has several items: give items');
	return [{ price: price ?? first?.price ?? 'price_knight', quantity: quantity ?? first?.quantity ?? 1 }];
}
