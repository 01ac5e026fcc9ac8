import type Stripe from 'stripe';
import { MissingObjectError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';

/** Null if the customer was deleted or never existed. @throws {SourceError} */
export async function readCustomer(request: StripeRequest, customerId: string): Promise<Stripe.Customer | null> {
	const customer = await lookUp(request, customerId);
	return typeof customer === 'string' ? null : customer;
}

/** The customer, or why there is none. @throws {SourceError} */
export async function lookUp(request: StripeRequest, customerId: string): Promise<Stripe.Customer | 'unknown' | 'deleted'> {
	if (!isId(customerId)) return 'unknown';
	const customer = await nullIfMissing(request('Customers', (stripe) => stripe.customers.retrieve(customerId)));
	if (customer === null) return 'unknown';
	return customer.deleted ? 'deleted' : customer;
}

/** An empty ID would list the subscriptions of all customers, and one with a slash would be another request. */
export function isId(text: string): boolean {
	return /^[^/?#\s]+$/.test(text);
}

/** The response to a request; null if the object does not exist. @throws {SourceError} */
export async function nullIfMissing<Response>(response: Promise<Response>): Promise<Response | null> {
	try {
		return await response;
	} catch (error) {
		if (error instanceof MissingObjectError) return null;
		throw error;
	}
}
