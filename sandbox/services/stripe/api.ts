import { badRequest, noPermission, noSuch, unrecognizedUrl } from './errors.js';
import { expand, type Included, type Lookup } from './expand.js';
import {
	chargeSource,
	clockSource,
	customerSource,
	disputeSource,
	eventSource,
	invoicePaymentSource,
	invoiceSource,
	itemSource,
	LIST_PARAMETERS,
	priceSource,
	productSource,
	refundSource,
	type Source,
	subscriptionSource
} from './lists.js';
import { ACCOUNT, accountObject, balanceObject } from './objects/account.js';
import { chargeObject } from './objects/charge.js';
import { customerObject, customerOrDeleted } from './objects/customer.js';
import { couponObject, findDiscount } from './objects/discount.js';
import { disputeObject } from './objects/dispute.js';
import { invoiceObject } from './objects/invoice.js';
import { chargeIdOf, invoicePaymentObject } from './objects/invoice-payment.js';
import { priceObject, productObject } from './objects/price.js';
import { refundObject } from './objects/refund.js';
import { itemObjects, type ObjectContext, subscriptionObject } from './objects/subscription.js';
import { testClockObject } from './objects/test-clock.js';
import { Parameters, type Query } from './parameters.js';
import { isResource, type Permissions, type Resource } from './permissions.js';
import { type Key, type Page, paginate } from './records/sorted-index.js';
import { searchCustomers, searchSubscriptions } from './search.js';
import type { Events } from './state/events.js';
import type { StripeStore } from './state/store.js';

/** Routes a request to its endpoint. */

/** How a fault tampers with a list. */
export type Tampering = 'truncate' | 'repeat' | 'empty' | 'endless';

export interface Api {
	readonly store: StripeStore;
	readonly events: Events;
	readonly permissions: Permissions;
	readonly context: ObjectContext;
	readonly key: string;
}

/** Stripe's endpoints in the place of an ID that the sandbox lacks. */
const UNSUPPORTED_ENDPOINTS = new Set(['search', 'upcoming']);

export function answer(api: Api, method: string, path: string, query: Query, tampering: readonly Tampering[]): object {
	const [, version, resource = '', id, ...rest] = parts(path);
	if (version !== 'v1' || !isResource(resource) || !['GET', 'POST', 'DELETE'].includes(method)) throw unrecognizedUrl(method, path);
	allow(api, resource, method !== 'GET');
	if (rest.length > 0) throw unrecognizedUrl(method, path);
	if (id === undefined) {
		if (resource === 'coupons') throw badRequest(`The sandbox does not support ${path}`);
		return resource === 'account' || resource === 'balance' ? retrieve(api, resource, '', query) : list(api, resource, query, tampering);
	}
	if (resource === 'account' || resource === 'balance') throw unrecognizedUrl(method, path);
	if (id === 'search' && method === 'GET' && (resource === 'customers' || resource === 'subscriptions'))
		return search(api, resource, query);
	if (UNSUPPORTED_ENDPOINTS.has(id)) throw badRequest(`The sandbox does not support ${path}`);
	return retrieve(api, resource, id, query);
}

/** The endpoint that Stripe counts a request against. */
export function endpoint(method: string, path: string): string {
	const [, , resource, id] = parts(path);
	return `${method} /v1/${resource}${id === undefined ? '' : '/:id'}`;
}

function search(api: Api, resource: 'customers' | 'subscriptions', query: Query): object {
	const find = resource === 'customers' ? searchCustomers : searchSubscriptions;
	const { body, expand: asked } = find(api.store, api.context, query);
	expand(body, KINDS[resource], true, asked, lookup(api));
	return body;
}

type Listed = keyof typeof LIST_PARAMETERS;

function list(api: Api, resource: Listed, query: Query, tampering: readonly Tampering[]): object {
	const takes: { texts?: readonly string[]; ranges?: readonly string[]; lists?: readonly string[]; unsupported?: readonly string[] } =
		LIST_PARAMETERS[resource];
	const parameters = new Parameters(query, {
		...takes,
		texts: ['limit', 'starting_after', 'ending_before', ...(takes.texts ?? [])],
		lists: ['expand', ...(takes.lists ?? [])]
	});
	const { store, events, context } = api;
	switch (resource) {
		case 'subscriptions': {
			const source = subscriptionSource(store, context, parameters);
			return page(api, resource, source, parameters, tampering, (record) => subscriptionObject(record, context));
		}
		case 'subscription_items': {
			const source = itemSource(store, parameters);
			return page(
				api,
				resource,
				source,
				parameters,
				tampering,
				({ subscription, index }) => itemObjects(subscription, context)[index] ?? {}
			);
		}
		case 'customers':
			return page(api, resource, customerSource(store, parameters), parameters, tampering, (record) => customerObject(record, context));
		case 'invoices':
			return page(api, resource, invoiceSource(store, parameters), parameters, tampering, (record) => invoiceObject(record, context));
		case 'events':
			return page(api, resource, eventSource(events, parameters), parameters, tampering, (event) => event);
		case 'charges':
			return page(api, resource, chargeSource(store, parameters), parameters, tampering, (record) => chargeObject(record, context));
		case 'invoice_payments':
			return page(api, resource, invoicePaymentSource(store, parameters), parameters, tampering, (record) =>
				invoicePaymentObject(record, context)
			);
		case 'refunds':
			return page(api, resource, refundSource(store, parameters), parameters, tampering, (record) => refundObject(record, context));
		case 'disputes':
			return page(api, resource, disputeSource(store, parameters), parameters, tampering, (record) => disputeObject(record, context));
		case 'test_clocks':
			return page(api, resource, clockSource(store), parameters, tampering, testClockObject);
		case 'prices':
			return page(api, resource, priceSource(store, parameters), parameters, tampering, (record) => priceObject(record, context.livemode));
		case 'products':
			return page(api, resource, productSource(store, parameters), parameters, tampering, (record) =>
				productObject(record, context.livemode)
			);
	}
}

function page<T extends Key>(
	api: Api,
	resource: Listed,
	source: Source<T>,
	parameters: Parameters,
	tampering: readonly Tampering[],
	build: (item: T) => object
): object {
	const found = tampered(source, parameters, tampering);
	const body = { object: 'list', data: found.data.map(build), has_more: found.more, url: urlOf(resource) };
	expand(body, KINDS[resource], true, parameters.list('expand'), lookup(api));
	return body;
}

function tampered<T extends Key>(source: Source<T>, parameters: Parameters, tampering: readonly Tampering[]): Page<T> {
	const { limit, startingAfter, endingBefore } = parameters.paging();
	const cursor = (id: string | undefined, name: string): T | undefined => {
		if (id === undefined) return undefined;
		const found = source.cursor(id);
		if (!found) throw noSuch(source.what, id, name);
		return found;
	};
	const { base, invented } = parseInvented(startingAfter);
	const after = cursor(base, 'starting_after');
	const before = cursor(endingBefore, 'ending_before');
	const whole = { limit, ...source.created, ...(source.keep ? { keep: source.keep } : {}) };
	if (after && tampering.includes('repeat')) {
		// The cursor is the last item of the previous page.
		const { data } = paginate(source.sources, { ...whole, limit: limit - 1, before: after });
		return { data: [...data, after], more: true };
	}
	const found = paginate(source.sources, { ...whole, ...(after ? { after } : {}), ...(before ? { before } : {}) });
	if (tampering.includes('empty')) return { data: [], more: false };
	if (tampering.includes('endless')) return fillUp(found, after, invented, limit);
	if (tampering.includes('truncate')) return { data: found.data.slice(0, Math.floor(found.data.length / 2)), more: false };
	return found;
}

/** Splits an ID that {@link fillUp} invented into that of the copied object and a number. */
function parseInvented(id: string | undefined): { readonly base: string | undefined; readonly invented: number } {
	const [, base = id, invented = '0'] = /^(.+)_endless_(\d+)$/.exec(id ?? '') ?? [];
	return { base, invented: Number(invented) };
}

/** Fills a page with copies of its last object, each with an ID of its own, and says that there is more. */
function fillUp<T extends Key>({ data, more }: Page<T>, after: T | undefined, invented: number, limit: number): Page<T> {
	const model = data.at(-1) ?? after;
	if (more || model === undefined) return { data, more };
	const copies = Array.from({ length: limit - data.length }, (_, index) => ({
		...model,
		id: `${model.id}_endless_${invented + index + 1}`
	}));
	return { data: [...data, ...copies], more: true };
}

const KINDS = {
	subscriptions: 'subscription',
	subscription_items: 'subscription_item',
	customers: 'customer',
	invoices: 'invoice',
	invoice_payments: 'invoice_payment',
	events: 'event',
	prices: 'price',
	products: 'product',
	coupons: 'coupon',
	charges: 'charge',
	refunds: 'refund',
	disputes: 'dispute',
	test_clocks: 'test_clock',
	balance: 'balance',
	account: 'account'
} as const satisfies Record<Resource, string>;

type Kind = (typeof KINDS)[Resource];

function retrieve(api: Api, resource: Resource, id: string, query: Query): object {
	const parameters = new Parameters(query, { lists: ['expand'] });
	const kind = KINDS[resource];
	const found = object(api, kind, id);
	if (!found) throw noSuch(kind, id);
	expand(found, kind, false, parameters.list('expand'), lookup(api));
	return found;
}

function object({ store, events, context }: Api, kind: Kind, id: string): object | undefined {
	switch (kind) {
		case 'subscription':
			return built(store.subscription(id), (record) => subscriptionObject(record, context));
		case 'subscription_item': {
			const [, name = '', number = ''] = /^si_(.+)_(\d+)$/.exec(id) ?? [];
			return built(store.subscription(name), (record) => itemObjects(record, context)[Number(number) - 1]);
		}
		case 'customer':
			return built(store.customer(id), (record) => customerOrDeleted(record, context));
		case 'invoice':
			return built(store.invoice(id), (record) => invoiceObject(record, context));
		case 'event':
			return events.get(id);
		case 'price':
			return built(store.catalog.price(id), (record) => priceObject(record, context.livemode));
		case 'product':
			return built(store.catalog.product(id), (record) => productObject(record, context.livemode));
		case 'coupon':
			return built(store.catalog.coupon(id), (record) => couponObject(record, context.livemode));
		case 'charge':
			return built(store.payments.charge(id), (record) => chargeObject(record, context));
		case 'invoice_payment':
			return built(store.payments.succeeded(chargeIdOf(id)), (record) => invoicePaymentObject(record, context));
		case 'refund':
			return built(store.payments.refund(id), (record) => refundObject(record, context));
		case 'dispute':
			return built(store.payments.dispute(id), (record) => disputeObject(record, context));
		case 'test_clock':
			return built(store.clocks.get(id), testClockObject);
		case 'balance':
			return balanceObject(context.livemode);
		case 'account':
			return accountObject();
	}
}

function built<R, O extends object>(record: R | undefined, build: (record: R) => O | undefined): O | undefined {
	return record === undefined ? undefined : build(record);
}

function lookup(api: Api): Lookup {
	const kinds: ReadonlySet<string> = new Set(Object.values(KINDS));
	return {
		find: (kind, id) =>
			kind === 'discount'
				? findDiscount((owner) => api.store.subscription(owner), id)
				: isKind(kind, kinds)
					? object(api, kind, id)
					: undefined,
		include: (name, id) => INCLUDED[name](api, id),
		allow: (resource) => allow(api, resource)
	};
}

const INCLUDED = { subscriptions: subscriptionsOf, refunds: refundsOf, payments: paymentsOf } satisfies Record<Included, unknown>;

/** Stripe's maximum for a list that an expansion includes. */
const MAX_INCLUDED = 10;

function subscriptionsOf({ store, context }: Api, id: string): object {
	const index = store.customer(id)?.subscriptions;
	const found = paginate(index ? [index] : [], { limit: MAX_INCLUDED, keep: (record) => record.endedAt === null });
	return {
		object: 'list',
		data: found.data.map((record) => subscriptionObject(record, context)),
		has_more: found.more,
		url: `/v1/customers/${id}/subscriptions`
	};
}

function refundsOf({ store, context }: Api, id: string): object {
	const found = paginate([store.payments.refunds], { limit: MAX_INCLUDED, keep: (record) => record.charge.id === id });
	return {
		object: 'list',
		data: found.data.map((record) => refundObject(record, context)),
		has_more: found.more,
		url: `/v1/charges/${id}/refunds`
	};
}

const isKind = (kind: string, kinds: ReadonlySet<string>): kind is Kind => kinds.has(kind);

function allow({ permissions, key }: Api, resource: Resource, write = false): void {
	const missing = permissions.missing(resource, write);
	if (missing !== undefined) throw noPermission(key, ACCOUNT, missing);
}

const urlOf = (resource: Listed) => (resource === 'test_clocks' ? CLOCKS : `/v1/${resource}`);

const CLOCKS = '/v1/test_helpers/test_clocks';

function paymentsOf({ store, context }: Api, id: string): object {
	const charges = store.invoice(id)?.charges.filter(({ failed }) => !failed) ?? [];
	return {
		object: 'list',
		data: charges.map((record) => invoicePaymentObject(record, context)),
		has_more: false,
		url: '/v1/invoice_payments'
	};
}

/** The path's parts. Stripe's clocks are below `test_helpers`, which has nothing else here. */
function parts(path: string): string[] {
	const [start = '', version = '', resource = '', ...rest] = path.split('/').map(decode);
	if (resource === 'test_helpers' && rest[0] === 'test_clocks') return [start, version, ...rest];
	return resource === 'test_clocks' ? [start, version] : [start, version, resource, ...rest];
}

function decode(part: string): string {
	try {
		return decodeURIComponent(part);
	} catch {
		return part;
	}
}
