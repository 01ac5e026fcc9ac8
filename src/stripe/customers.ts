import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import { MissingObjectError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { type CompleteSubscription, listSubscriptionsOf } from './list-subscriptions.js';

/** What Stripe holds for some customers. */
export interface CustomerReading {
	readonly subscriptions: readonly CompleteSubscription[];
	/** Customers who have no subscription at all. */
	readonly others: readonly Stripe.Customer[];
}

/**
 * Reads some customers afresh, with all their subscriptions. Whoever was deleted or never was is left out: they pay for nothing.
 * @throws {SourceError}
 */
export async function readCurrentCustomers(ask: StripeRequest, customerIds: Iterable<string>): Promise<CustomerReading> {
	const subscriptions: CompleteSubscription[] = [];
	const others: Stripe.Customer[] = [];
	await forEachConcurrent(new Set(customerIds), async (customerId) => {
		const found = await unlessMissing(listSubscriptionsOf(ask, customerId));
		if (found === null) return;
		subscriptions.push(...found);
		if (found.length > 0) return;
		const customer = await readCustomer(ask, customerId);
		if (customer !== null) others.push(customer);
	});
	return { subscriptions, others };
}

/** A customer afresh; null if they were deleted or never were. @throws {SourceError} */
export async function readCustomer(ask: StripeRequest, customerId: string): Promise<Stripe.Customer | null> {
	const customer = await unlessMissing(ask('Customers', (stripe) => stripe.customers.retrieve(customerId)));
	return customer === null || customer.deleted ? null : customer;
}

async function unlessMissing<Answer>(answer: Promise<Answer>): Promise<Answer | null> {
	try {
		return await answer;
	} catch (error) {
		if (error instanceof MissingObjectError) return null;
		throw error;
	}
}
