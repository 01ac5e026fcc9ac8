import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import type { MissingCustomers } from '../reconciliation/domain/billing.js';
import type { StripeRequest } from './api/request.js';
import { type CompleteSubscription, listSubscriptionsOf, type SubscriptionOptions } from './list-subscriptions.js';
import { isId, lookUp, nullIfMissing } from './read-customer.js';

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
export async function readCurrentCustomers(
	request: StripeRequest,
	customerIds: Iterable<string>,
	options: SubscriptionOptions
): Promise<CustomerReading> {
	const subscriptions: CompleteSubscription[] = [];
	const withoutSubscription: Stripe.Customer[] = [];
	const missing = new Map<string, 'unknown' | 'deleted'>();
	await forEachConcurrent(new Set(customerIds), async (customerId) => {
		const found = isId(customerId) ? await nullIfMissing(listSubscriptionsOf(request, customerId, options)) : null;
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
