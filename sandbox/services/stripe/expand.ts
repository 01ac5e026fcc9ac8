import { badRequest } from './errors.js';
import type { Resource } from './permissions.js';

/** `expand[]`: replaces IDs by objects. Paths are checked against this table, so an empty list rejects invalid ones too. */

type Kind =
	| 'subscription'
	| 'subscription_item'
	| 'customer'
	| 'customer_invoice_settings'
	| 'invoice'
	| 'invoice_parent'
	| 'subscription_details'
	| 'line_item'
	| 'pricing'
	| 'price_details'
	| 'price'
	| 'plan'
	| 'product'
	| 'discount'
	| 'discount_source'
	| 'coupon'
	| 'charge'
	| 'invoice_payment'
	| 'payment'
	| 'refund'
	| 'dispute'
	| 'test_clock'
	| 'event'
	| 'balance'
	| 'account';

/**
 * `object`: an ID that can be expanded. `objects`: an array of such IDs. `within`: always included. `list`: always included, a list. `include`: a list that is absent unless
 * expanded. `nothing`: always null here.
 */
type Field =
	| { readonly is: 'object'; readonly kind: Kind; readonly resource: Resource }
	| { readonly is: 'within' | 'list'; readonly kind: Kind }
	| { readonly is: 'objects'; readonly kind: Kind }
	| { readonly is: 'include'; readonly kind: Kind; readonly resource: Resource }
	| { readonly is: 'nothing' };

const nothing: Field = { is: 'nothing' };
const customer: Field = { is: 'object', kind: 'customer', resource: 'customers' };
const product: Field = { is: 'object', kind: 'product', resource: 'products' };
const price: Field = { is: 'object', kind: 'price', resource: 'prices' };
const subscription: Field = { is: 'object', kind: 'subscription', resource: 'subscriptions' };
const discounts: Field = { is: 'objects', kind: 'discount' };
const coupon: Field = { is: 'object', kind: 'coupon', resource: 'coupons' };
const clock: Field = { is: 'object', kind: 'test_clock', resource: 'test_clocks' };
const charge: Field = { is: 'object', kind: 'charge', resource: 'charges' };
const invoice: Field = { is: 'object', kind: 'invoice', resource: 'invoices' };

const FIELDS: Readonly<Record<Kind, Readonly<Record<string, Field>>>> = {
	subscription: {
		customer,
		latest_invoice: invoice,
		items: { is: 'list', kind: 'subscription_item' },
		application: nothing,
		default_payment_method: nothing,
		default_source: nothing,
		discounts,
		on_behalf_of: nothing,
		pending_setup_intent: nothing,
		schedule: nothing,
		test_clock: clock
	},
	subscription_item: { price: { is: 'within', kind: 'price' }, plan: { is: 'within', kind: 'plan' }, discounts },
	customer: {
		subscriptions: { is: 'include', kind: 'subscription', resource: 'subscriptions' },
		invoice_settings: { is: 'within', kind: 'customer_invoice_settings' },
		discount: { is: 'within', kind: 'discount' },
		default_source: nothing,
		sources: nothing,
		tax: nothing,
		tax_ids: nothing,
		test_clock: clock
	},
	customer_invoice_settings: { default_payment_method: nothing },
	invoice: {
		customer,
		parent: { is: 'within', kind: 'invoice_parent' },
		lines: { is: 'list', kind: 'line_item' },
		application: nothing,
		confirmation_secret: nothing,
		default_payment_method: nothing,
		default_source: nothing,
		discounts: nothing,
		latest_revision: nothing,
		on_behalf_of: nothing,
		payments: { is: 'include', kind: 'invoice_payment', resource: 'invoice_payments' },
		test_clock: clock
	},
	invoice_parent: { subscription_details: { is: 'within', kind: 'subscription_details' } },
	subscription_details: { subscription },
	line_item: { subscription, pricing: { is: 'within', kind: 'pricing' }, discounts: nothing },
	pricing: { price_details: { is: 'within', kind: 'price_details' } },
	price_details: { price },
	price: { product, currency_options: nothing, tiers: nothing },
	plan: { product, tiers: nothing },
	product: { default_price: price, tax_code: nothing },
	discount: { customer, promotion_code: nothing, source: { is: 'within', kind: 'discount_source' } },
	discount_source: { coupon },
	coupon: { applies_to: nothing, currency_options: nothing },
	charge: {
		customer,
		refunds: { is: 'include', kind: 'refund', resource: 'refunds' },
		application: nothing,
		application_fee: nothing,
		balance_transaction: nothing,
		failure_balance_transaction: nothing,
		on_behalf_of: nothing,
		payment_intent: nothing,
		review: nothing,
		source_transfer: nothing
	},
	refund: {
		charge,
		customer,
		balance_transaction: nothing,
		payment_intent: nothing,
		source_transfer_reversal: nothing,
		transfer_reversal: nothing
	},
	dispute: { charge, payment_intent: nothing },
	invoice_payment: { invoice, payment: { is: 'within', kind: 'payment' } },
	payment: { charge },
	test_clock: {},
	event: {},
	balance: {},
	account: {}
};

/** Lists that are absent unless expanded. */
export type Included = 'subscriptions' | 'refunds' | 'payments';

const isIncluded = (name: string): name is Included => name === 'subscriptions' || name === 'refunds' || name === 'payments';

const MAX_EXPAND_DEPTH = 4;

export interface Lookup {
	/** The object as its own endpoint returns it. */
	find(kind: Kind, id: string): object | undefined;
	/** A list that is absent unless expanded. @param name - the field of the object with this ID */
	include(name: Included, id: string): object;
	/** @throws StripeRefusal if the key may not read the resource */
	allow(resource: Resource): void;
}

/** Expands paths in an object, or in a list, whose paths all begin with `data`. */
export function expand(body: object, kind: Kind, isList: boolean, paths: readonly string[], lookup: Lookup): void {
	for (const path of paths) {
		const names = path.split('.');
		if (names.length > MAX_EXPAND_DEPTH) {
			throw badRequest(`You cannot expand more than ${MAX_EXPAND_DEPTH} levels of a property. Property: ${path}`);
		}
		if (isList) {
			if (names[0] !== 'data' || names.length === 1) {
				throw badRequest(
					`This property cannot be expanded (${names[0]}).${names[0] === 'data' ? '' : ` You may want to try expanding 'data.${path}' instead.`}`
				);
			}
			names.shift();
		}
		check(kind, names, lookup);
		for (const object of isList ? elements(body) : [body].filter(isObject)) replace(object, kind, names, lookup);
	}
}

function check(kind: Kind, names: readonly string[], lookup: Lookup): void {
	let current: Kind = kind;
	for (let index = 0; index < names.length; index++) {
		const name = names[index] ?? '';
		const known: Readonly<Record<string, Field>> = FIELDS[current];
		const field = Object.hasOwn(known, name) ? known[name] : undefined;
		const last = index === names.length - 1;
		if (!field || (last && field.is === 'within') || (!last && field.is === 'nothing')) {
			throw badRequest(`This property cannot be expanded (${last ? name : names.slice(index).join('.')}).`);
		}
		if (field.is === 'nothing') return;
		if (field.is === 'object' || field.is === 'include') lookup.allow(field.resource);
		current = field.kind;
		if (!last && (field.is === 'list' || field.is === 'include')) {
			if (names[index + 1] !== 'data') throw badRequest(`This property cannot be expanded (${names[index + 1]}).`);
			index += 1;
		}
	}
}

function replace(object: Record<string, unknown>, kind: Kind, names: readonly string[], lookup: Lookup): void {
	const [name, ...rest] = names;
	const field = name === undefined ? undefined : FIELDS[kind][name];
	if (name === undefined || !field || field.is === 'nothing' || object.deleted === true) return;
	const value = object[name];
	if (field.is === 'objects' && Array.isArray(value)) {
		object[name] = value.map((each: unknown) => (typeof each === 'string' ? (lookup.find(field.kind, each) ?? each) : each));
		for (const element of (object[name] as unknown[]).filter(isObject)) replace(element, field.kind, rest, lookup);
		return;
	}
	if (field.is === 'object' && typeof value === 'string') object[name] = lookup.find(field.kind, value) ?? value;
	if (field.is === 'include' && isIncluded(name) && value === undefined && typeof object.id === 'string')
		object[name] = lookup.include(name, object.id);
	const inner = object[name];
	if (!isObject(inner)) return;
	if (field.is === 'list' || field.is === 'include') {
		for (const element of elements(inner)) replace(element, field.kind, rest.slice(1), lookup);
	} else {
		replace(inner, field.kind, rest, lookup);
	}
}

function elements(list: object): Record<string, unknown>[] {
	return 'data' in list && Array.isArray(list.data) ? list.data.filter(isObject) : [];
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
