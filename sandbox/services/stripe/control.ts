import { z } from 'zod';
import { ControlError } from '../core/control-error.js';
import { discountSchema, itemSchema } from '../core/world.js';
import type { Events, EventType } from './events.js';
import { customerObject } from './objects/customer.js';
import { invoiceObject } from './objects/invoice.js';
import { type ObjectContext, subscriptionObject } from './objects/subscription.js';
import { failedAt, invoicesOf, laterInvoices } from './records/invoicing.js';
import { type CustomerRecord, hasEnded, type InvoiceRecord, isOverdue, type SubscriptionRecord } from './records/records.js';
import { endOf, NO_DISCOUNTS, type StripeStore } from './store.js';

/** Changes made on Stripe's dashboard, in the world's format, and the events that follow from them. */

const metadata = z.union([z.literal(''), z.record(z.string(), z.union([z.string(), z.number().transform(String)]).nullable())]).nullish();

const customerChange = z.strictObject({
	id: z.string().optional(),
	created: z.int().optional(),
	email: z.string().nullish(),
	name: z.string().nullish(),
	discount: discountSchema.nullish(),
	metadata
});
const customerNew = customerChange.extend({ id: z.string().min(1).optional() });

const quantity = z.int().nonnegative();
const subscriptionChange = z.strictObject({
	/** Accepted so that an object can be sent back as read; these cannot change. */
	id: z.string().optional(),
	customer: z.string().optional(),
	ended_at: z.int().nullish(),
	status: z.string().min(1).optional(),
	price: z.string().min(1).optional(),
	quantity: quantity.optional(),
	items: z.array(itemSchema).min(1).optional(),
	discounts: z.array(discountSchema).optional(),
	created: z.int().optional(),
	metadata,
	failedAt: z.int().nullish(),
	cancel_at_period_end: z.boolean().optional(),
	pause_collection: z
		.union([z.literal(''), z.strictObject({ behavior: z.string().default('void'), resumes_at: z.int().nullable().default(null) })])
		.nullish()
});
const subscriptionNew = subscriptionChange.extend({ id: z.string().min(1).optional(), customer: z.string().min(1) });

type SubscriptionChange = z.output<typeof subscriptionChange>;

export interface StripeState {
	readonly store: StripeStore;
	readonly events: Events;
	readonly context: ObjectContext;
}

export type ControlKind = 'customers' | 'subscriptions';

export function listObjects({ store }: StripeState, kind: ControlKind): unknown[] {
	return kind === 'customers' ? store.customers().all().map(showCustomer) : store.subscriptions('all').all().map(showSubscription);
}

export function getObject({ store }: StripeState, kind: ControlKind, id: string): unknown {
	return kind === 'customers' ? showCustomer(requireCustomer(store, id)) : showSubscription(requireSubscription(store, id));
}

export function createObject(state: StripeState, kind: ControlKind, body: unknown): unknown {
	return kind === 'customers' ? createCustomer(state, read(customerNew, body)) : createSubscription(state, read(subscriptionNew, body));
}

export function updateObject(state: StripeState, kind: ControlKind, id: string, body: unknown): unknown {
	return kind === 'customers'
		? updateCustomer(state, requireCustomer(state.store, id), read(customerChange, body))
		: updateSubscription(state, requireSubscription(state.store, id), read(subscriptionChange, body));
}

export function deleteObject(state: StripeState, kind: ControlKind, id: string): unknown {
	return kind === 'customers'
		? deleteCustomer(state, requireCustomer(state.store, id))
		: updateSubscription(state, requireSubscription(state.store, id), { status: 'canceled' });
}

function showCustomer({ id, email, name, discount, metadata, created, deleted }: CustomerRecord): unknown {
	return deleted ? { id, deleted } : { id, email, name, ...(discount && { discount }), metadata, created };
}

function showSubscription(record: SubscriptionRecord): unknown {
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
		cancel_at_period_end: record.cancelAtPeriodEnd,
		pause_collection: record.pause,
		ended_at: record.endedAt
	};
}

function createCustomer(state: StripeState, body: z.output<typeof customerNew>): unknown {
	const { store, context } = state;
	const id = body.id ?? nextFreeId('cus_new', (name) => store.customer(name) !== undefined);
	if (store.customer(id)) throw new ControlError(409, `customer ${id} already exists`);
	const record: CustomerRecord = {
		id,
		created: body.created ?? context.now,
		email: body.email ?? null,
		name: body.name ?? null,
		metadata: merged({}, body.metadata),
		discount: body.discount ?? null,
		deleted: false,
		subscriptions: null
	};
	store.addCustomer(record);
	emitCustomerEvent(state, 'customer.created', record);
	return showCustomer(record);
}

function updateCustomer(state: StripeState, record: CustomerRecord, body: z.output<typeof customerChange>): unknown {
	if (record.deleted) throw new ControlError(409, `customer ${record.id} is deleted`);
	unchanged('id', record.id, body.id);
	unchanged('created', record.created, body.created);
	const before = customerObject(record, state.context.livemode);
	state.store.changeCustomer(record, () => {
		if (body.email !== undefined) record.email = body.email;
		if (body.name !== undefined) record.name = body.name;
		if (body.discount !== undefined) record.discount = body.discount;
		record.metadata = merged(record.metadata, body.metadata);
	});
	emitCustomerEvent(state, 'customer.updated', record, before);
	return showCustomer(record);
}

/** Stripe cancels the subscriptions of a deleted customer. */
function deleteCustomer(state: StripeState, record: CustomerRecord): unknown {
	if (record.deleted) return showCustomer(record);
	for (const subscription of [...(record.subscriptions?.all() ?? [])]) {
		if (!hasEnded(subscription.status)) updateSubscription(state, subscription, { status: 'canceled' });
	}
	const last = customerObject(record, state.context.livemode);
	state.store.changeCustomer(record, () => {
		record.deleted = true;
	});
	state.events.add('customer.deleted', last, { created: state.context.now, livemode: state.context.livemode });
	return showCustomer(record);
}

function createSubscription(state: StripeState, body: z.output<typeof subscriptionNew>): unknown {
	const { store, context } = state;
	const customer = requireCustomer(store, body.customer);
	if (customer.deleted) throw new ControlError(409, `customer ${customer.id} is deleted`);
	const id = body.id ?? nextFreeId('sub_new', (name) => store.subscription(name) !== undefined);
	if (store.subscription(id)) throw new ControlError(409, `subscription ${id} already exists`);
	const status = body.status ?? 'active';
	const createdAt = body.created ?? Math.min(context.now, body.failedAt ?? context.now);
	const record: SubscriptionRecord = {
		id,
		customer,
		created: createdAt,
		status,
		items: store.internItems(itemsOf(body) ?? [{ price: 'price_knight', quantity: body.quantity ?? 1 }]),
		discounts: body.discounts ?? NO_DISCOUNTS,
		metadata: merged({}, body.metadata),
		cancelAtPeriodEnd: body.cancel_at_period_end ?? false,
		pause: body.pause_collection || null,
		endedAt: endOf(status, createdAt, context.now),
		invoices: []
	};
	if (body.failedAt) record.invoices = laterInvoices(record, body.failedAt, context.now);
	store.addSubscription(record);
	emitSubscriptionEvent(state, 'customer.subscription.created', record);
	for (const invoice of record.invoices) emitInvoiceEvent(state, 'invoice.payment_failed', invoice);
	return showSubscription(record);
}

function updateSubscription(state: StripeState, record: SubscriptionRecord, body: SubscriptionChange): unknown {
	const { store, context } = state;
	unchanged('id', record.id, body.id);
	unchanged('customer', record.customer.id, body.customer);
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
		if (body.created !== undefined) record.created = body.created;
		if (!hasEnded(status)) record.endedAt = null;
		else if (!hasEnded(was)) record.endedAt = context.now;
	});
	record.metadata = merged(record.metadata, body.metadata);
	if (body.cancel_at_period_end !== undefined) record.cancelAtPeriodEnd = body.cancel_at_period_end;
	if (body.pause_collection !== undefined) record.pause = body.pause_collection || null;
	if (was === 'incomplete' && !hasEnded(status))
		paid.push(...invoicesOf(record).filter((invoice) => invoice.first && invoice.status === 'paid'));
	for (const invoice of paid) settle(invoice, context.now);
	// Once the debt is paid, Stripe no longer charges its drafts.
	if (paid.length > 0) for (const invoice of record.invoices) if (invoice.status === 'draft') voidInvoice(invoice, context.now);
	const addedInvoices = addDebt(state, record, since, was);

	for (const invoice of paid) {
		emitInvoiceEvent(state, 'invoice.paid', invoice);
		emitInvoiceEvent(state, 'invoice.payment_succeeded', invoice);
	}
	for (const invoice of addedInvoices) emitInvoiceEvent(state, 'invoice.payment_failed', invoice);
	if (status === 'canceled' && was !== 'canceled') {
		emitSubscriptionEvent(state, 'customer.subscription.deleted', record);
		return showSubscription(record);
	}
	if (JSON.stringify(before) !== JSON.stringify(subscriptionObject(record, context))) {
		emitSubscriptionEvent(state, 'customer.subscription.updated', record, before);
	}
	if (status === 'paused' && was !== 'paused') emitSubscriptionEvent(state, 'customer.subscription.paused', record);
	if (was === 'paused' && status !== 'paused') emitSubscriptionEvent(state, 'customer.subscription.resumed', record);
	return showSubscription(record);
}

/**
 * Creates the invoices of a payment failure.
 * @param given - the time of the failure; undefined: now, if the status only now becomes overdue; null: none
 */
function addDebt(state: StripeState, record: SubscriptionRecord, given: number | null | undefined, was: string): InvoiceRecord[] {
	const { store, context } = state;
	const failsNow = given === undefined && isOverdue(record.status) && !isOverdue(was) && failedAt(record) === null;
	const since = failsNow ? context.now : given;
	if (since === undefined) return [];
	for (const invoice of record.invoices) {
		if (invoice.status !== 'open' && invoice.status !== 'draft') continue;
		voidInvoice(invoice, context.now);
		emitInvoiceEvent(state, 'invoice.voided', invoice);
	}
	if (since === null) return [];
	const invoices = laterInvoices(record, since, context.now);
	record.invoices = [...record.invoices, ...invoices];
	for (const invoice of invoices) store.addInvoice(invoice);
	return invoices.filter((invoice) => invoice.status === 'open');
}

function unchanged<T>(name: string, is: T, given: T | undefined): void {
	if (given !== undefined && given !== is) throw new ControlError(400, `${name} cannot be changed`);
}

function settle(invoice: InvoiceRecord, now: number): void {
	invoice.status = 'paid';
	invoice.paidAt = now;
}

function voidInvoice(invoice: InvoiceRecord, now: number): void {
	invoice.status = 'void';
	invoice.voidedAt = now;
}

/** The items after the change; undefined if unchanged. */
function itemsOf({ price, quantity, items }: SubscriptionChange, record?: SubscriptionRecord) {
	if (items) {
		if (price !== undefined || quantity !== undefined) throw new ControlError(400, 'give either price and quantity, or items');
		return items;
	}
	const [first, ...others] = record?.items ?? [];
	if (price === undefined && (quantity === undefined || !first)) return undefined;
	if (others.length > 0) throw new ControlError(400, 'the subscription has several items: give items');
	return [{ price: price ?? first?.price ?? 'price_knight', quantity: quantity ?? first?.quantity ?? 1 }];
}

/** Merges metadata as Stripe does: null or '' removes a key, an empty change removes all. */
function merged(before: Readonly<Record<string, string>>, change: z.output<typeof metadata>): Readonly<Record<string, string>> {
	if (change === undefined) return before;
	if (change === null || change === '' || Object.keys(change).length === 0) return {};
	const after = new Map(Object.entries(before));
	for (const [key, value] of Object.entries(change)) {
		if (value === null || value === '') after.delete(key);
		else after.set(key, value);
	}
	return Object.fromEntries(after);
}

type CustomerEvent = Extract<EventType, 'customer.created' | 'customer.updated'>;
type SubscriptionEvent = Extract<EventType, `customer.subscription.${string}`>;
type InvoiceEvent = Extract<EventType, `invoice.${string}`>;

function emitCustomerEvent({ events, context }: StripeState, type: CustomerEvent, record: CustomerRecord, before?: object): void {
	const object = customerObject(record, context.livemode);
	if (before && JSON.stringify(before) === JSON.stringify(object)) return;
	events.add(type, object, { created: context.now, livemode: context.livemode, ...(before ? { before } : {}) });
}

function emitSubscriptionEvent(
	{ events, context }: StripeState,
	type: SubscriptionEvent,
	record: SubscriptionRecord,
	before?: object
): void {
	const object = subscriptionObject(record, context);
	events.add(type, object, { created: context.now, livemode: context.livemode, ...(before ? { before } : {}) });
}

function emitInvoiceEvent({ events, context }: StripeState, type: InvoiceEvent, record: InvoiceRecord): void {
	events.add(type, invoiceObject(record, context), { created: context.now, livemode: context.livemode });
}

function requireCustomer(store: StripeStore, id: string): CustomerRecord {
	const record = store.customer(id);
	if (!record) throw new ControlError(404, `there is no customer ${id}`);
	return record;
}

function requireSubscription(store: StripeStore, id: string): SubscriptionRecord {
	const record = store.subscription(id);
	if (!record) throw new ControlError(404, `there is no subscription ${id}`);
	return record;
}

function nextFreeId(stem: string, taken: (name: string) => boolean): string {
	for (let number = 1; ; number++) if (!taken(`${stem}_${number}`)) return `${stem}_${number}`;
}

function read<T extends z.ZodType>(schema: T, body: unknown): z.output<T> {
	const result = schema.safeParse(body ?? {});
	if (result.success) return result.data;
	throw new ControlError(400, z.prettifyError(result.error));
}
