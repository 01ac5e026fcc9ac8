import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import type { MissingCustomers } from '../reconciliation/domain/billing.js';
import { MissingObjectError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { type CompleteSubscription, listSubscriptionsOf } from './list-subscriptions.js';

/** What Stripe holds for a set of customers. */
export interface CustomerReading {
	readonly subscriptions: readonly CompleteSubscription[];
	/** Customers without any subscription. */
	readonly withoutSubscription: readonly Stripe.Customer[];
	/** The others. */
	readonly missing: MissingCustomers;
}

/**
 * Reads customers with all their subscriptions.
 * @throws {SourceError}
 */
export async function readCurrentCustomers(request: StripeRequest, customerIds: Iterable<string>): Promise<CustomerReading> {
	const subscriptions: CompleteSubscription[] = [];
	const withoutSubscription: Stripe.Customer[] = [];
	const missing = new Map<string, 'unknown' | 'deleted'>();
	await forEachConcurrent(new Set(customerIds), async (customerId) => {
		const found = isId(customerId) ? await nullIfMissing(listSubscriptionsOf(request, customerId)) : null;
		subscriptions.push(...(found ?? []));
		if (found !== null && found.length > 0) return;
		const customer = await lookUp(request, customerId);
		if (typeof customer === 'string') missing.set(customerId, customer);
		else withoutSubscription.push(customer);
	});
	return { subscriptions, withoutSubscription, missing };
}

/** Which of the customers Stripe does not have. One request each. @throws {SourceError} */
export async function findMissingCustomers(request: StripeRequest, customerIds: Iterable<string>): Promise<MissingCustomers> {
	const missing = new Map<string, 'unknown' | 'deleted'>();
	await forEachConcurrent(new Set(customerIds), async (customerId) => {
		const customer = await lookUp(request, customerId);
		if (typeof customer === 'string') missing.set(customerId, customer);
	});
	return missing;
}

/** Null if the customer was deleted or never existed. @throws {SourceError} */
export async function readCustomer(request: StripeRequest, customerId: string): Promise<Stripe.Customer | null> {
	const customer = await lookUp(request, customerId);
	return typeof customer === 'string' ? null : customer;
}

async function lookUp(request: StripeRequest, customerId: string): Promise<Stripe.Customer | 'unknown' | 'deleted'> {
	if (!isId(customerId)) return 'unknown';
	const customer = await nullIfMissing(request('Customers', (stripe) => stripe.customers.retrieve(customerId)));
	if (customer === null) return 'unknown';
	return customer.deleted ? 'deleted' : customer;
}

/** An empty ID would list the subscriptions of all customers, and one with a slash would be another request. */
function isId(text: string): boolean {
	return /^[^/?#\s]+$/.test(text);
}

async function nullIfMissing<Response>(response: Promise<Response>): Promise<Response | null> {
	try {
		return await response;
	} catch (error) {
		if (error instanceof MissingObjectError) return null;
		throw error;
	}
}
