import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { StripeRequest } from './api/request.js';
import { idOf } from './convert.js';

/** People asked for in one search. */
const IDS_PER_SEARCH = 10;

/** More than one customer of a person is rare; more than this in one answer is not to be expected. */
const RESULTS_PER_PAGE = 100;

/**
 * Customers whose own metadata names one of these people, also those who never had a subscription: a list of subscriptions
 * does not show them. Stripe's search may lag behind, and is not offered in every country: what it cannot tell stays unknown.
 */
export async function findCustomers(
	ask: StripeRequest,
	discordIds: readonly string[],
	discordIdKey: string
): Promise<readonly Stripe.Customer[]> {
	const found: Stripe.Customer[] = [];
	const searches: string[] = [];
	for (let start = 0; start < discordIds.length; start += IDS_PER_SEARCH)
		searches.push(searchFor(discordIds.slice(start, start + IDS_PER_SEARCH), discordIdKey));
	try {
		await forEachConcurrent(searches, async (query) => {
			const { data } = await ask('Customers', (stripe) => stripe.customers.search({ query, limit: RESULTS_PER_PAGE }));
			found.push(...data);
		});
	} catch (error) {
		// Somebody who is not found stays somebody of whom nothing is known: that is the safe side.
		if (!(error instanceof SourceError)) throw error;
	}
	return found;
}

/**
 * Customers whose own metadata names the person, or that of one of their subscriptions.
 * @throws {SourceError} also where Stripe offers no search
 */
export async function findCustomersOfMember(ask: StripeRequest, discordId: string, discordIdKey: string): Promise<readonly string[]> {
	const search = { query: searchFor([discordId], discordIdKey), limit: RESULTS_PER_PAGE };
	const customers = await ask('Customers', (stripe) => stripe.customers.search(search));
	const subscriptions = await ask('Subscriptions', (stripe) => stripe.subscriptions.search(search));
	return [...new Set([...customers.data.map(({ id }) => id), ...subscriptions.data.map(({ customer }) => idOf(customer))])];
}

function searchFor(discordIds: readonly string[], discordIdKey: string): string {
	return discordIds.map((id) => `metadata['${quoted(discordIdKey)}']:'${quoted(id)}'`).join(' OR ');
}

function quoted(text: string): string {
	return text.replaceAll(/['\\]/g, '\\$&');
}
