import { type Api, allow } from './access.js';
import { badRequest, noSuch, unrecognizedUrl } from './errors.js';
import { expand } from './expand.js';
import { findObject, KINDS, lookup } from './find-object.js';
import {
	clockSource,
	customerSource,
	eventSource,
	invoiceSource,
	itemSource,
	LIST_PARAMETERS,
	priceSource,
	productSource,
	type Source,
	subscriptionSource
} from './lists.js';
import { chargeObject } from './objects/charge.js';
import { customerObject } from './objects/customer.js';
import { disputeObject } from './objects/dispute.js';
import { invoiceObject } from './objects/invoice.js';
import { invoicePaymentObject } from './objects/invoice-payment.js';
import { priceObject, productObject } from './objects/price.js';
import { refundObject } from './objects/refund.js';
import { itemObjects, subscriptionObject } from './objects/subscription.js';
import { testClockObject } from './objects/test-clock.js';
import { Parameters, type Query } from './parameters.js';
import { chargeSource, disputeSource, invoicePaymentSource, refundSource } from './payment-lists.js';
import { isResource, type Resource } from './permissions.js';
import type { Key } from './records/sorted-index.js';
import { searchCustomers, searchSubscriptions } from './search.js';
import { type Tampering, tampered } from './tampering.js';

/** Routes a request to its endpoint. */

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

function retrieve(api: Api, resource: Resource, id: string, query: Query): object {
	const parameters = new Parameters(query, { lists: ['expand'] });
	const kind = KINDS[resource];
	const found = findObject(api, kind, id);
	if (!found) throw noSuch(kind, id);
	expand(found, kind, false, parameters.list('expand'), lookup(api));
	return found;
}

const urlOf = (resource: Listed) => (resource === 'test_clocks' ? CLOCKS : `/v1/${resource}`);

const CLOCKS = '/v1/test_helpers/test_clocks';

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
