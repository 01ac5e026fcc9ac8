import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import { MissingObjectError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { type CompleteSubscription, listSubscriptionsOf } from './list-subscriptions.js';

/** What Stripe holds for a set of customers. */
export interface CustomerReading {
	readonly subscriptions: readonly CompleteSubscription[];
	/** Customers without any subscription. */
	readonly withoutSubscription: readonly Stripe.Customer[];
}

/**
 * Reads customers with all their subscriptions. Deleted and unknown customers are left out: they pay for nothing.
 * @throws {SourceError}
 */
export async function readCurrentCustomers(request: StripeRequest, customerIds: Iterable<string>): Promise<CustomerReading> {
	const subscriptions: CompleteSubscription[] = [];
	const withoutSubscription: Stripe.Customer[] = [];
	await forEachConcurrent(new Set(customerIds), async (customerId) => {
		const found = await nullIfMissing(listSubscriptionsOf(request, customerId));
		if (found === null) return;
		subscriptions.push(...found);
		if (found.length > 0) return;
		const customer = await readCustomer(request, customerId);
		if (customer !== null) withoutSubscription.push(customer);
	});
	return { subscriptions, withoutSubscription };
}

/** Null if the customer was deleted or never existed. @throws {SourceError} */
export async function readCustomer(request: StripeRequest, customerId: string): Promise<Stripe.Customer | null> {
	const customer = await nullIfMissing(request('Customers', (stripe) => stripe.customers.retrieve(customerId)));
	return customer === null || customer.deleted ? null : customer;
}

async function nullIfMissing<Response>(response: Promise<Response>): Promise<Response | null> {
	try {
		return await response;
	} catch (error) {
		if (error instanceof MissingObjectError) return null;
		throw error;
	}
}
