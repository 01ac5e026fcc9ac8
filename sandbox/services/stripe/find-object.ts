import { type Api, allow } from './access.js';
import type { Included, Lookup } from './expand.js';
import { accountObject, balanceObject } from './objects/account.js';
import { chargeObject } from './objects/charge.js';
import { customerOrDeleted } from './objects/customer.js';
import { couponObject, findDiscount } from './objects/discount.js';
import { disputeObject } from './objects/dispute.js';
import { invoiceObject } from './objects/invoice.js';
import { chargeIdOf, invoicePaymentObject } from './objects/invoice-payment.js';
import { priceObject, productObject } from './objects/price.js';
import { refundObject } from './objects/refund.js';
import { itemObjects, subscriptionObject } from './objects/subscription.js';
import { testClockObject } from './objects/test-clock.js';
import type { Resource } from './permissions.js';
import { paginate } from './records/sorted-index.js';

/** Objects by their IDs, for retrieval and `expand`. */

export const KINDS = {
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

/** The object as its own endpoint returns it. */
export function findObject({ store, events, context }: Api, kind: Kind, id: string): object | undefined {
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

export function lookup(api: Api): Lookup {
	const kinds: ReadonlySet<string> = new Set(Object.values(KINDS));
	return {
		find: (kind, id) =>
			kind === 'discount'
				? findDiscount((owner) => api.store.subscription(owner), id)
				: isKind(kind, kinds)
					? findObject(api, kind, id)
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

function paymentsOf({ store, context }: Api, id: string): object {
	const charges = store.invoice(id)?.charges.filter(({ failed }) => !failed) ?? [];
	return {
		object: 'list',
		data: charges.map((record) => invoicePaymentObject(record, context)),
		has_more: false,
		url: '/v1/invoice_payments'
	};
}

const isKind = (kind: string, kinds: ReadonlySet<string>): kind is Kind => kinds.has(kind);
