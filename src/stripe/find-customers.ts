import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import { writtenForms } from '../reconciliation/domain/discord-id.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { StripeRequest } from './api/request.js';
import { idOf } from './convert.js';

/** Stripe's maximum of clauses in a query. */
const IDS_PER_SEARCH = 10;

/** Stripe's maximum. Ten members rarely have more customers than this. */
const RESULTS_PER_PAGE = 100;

/**
 * Finds customers whose own metadata names one of these members, including customers without a subscription, which a list of
 * subscriptions does not contain. Stripe's search lags behind and is not available in every country; after an error, the customers found
 * so far are returned. One without readable metadata names no member. A customer that is not found leaves its member unknown, and an
 * unknown member never loses a role automatically.
 */
export async function findCustomers(
	request: StripeRequest,
	discordIds: readonly string[],
	discordIdKey: string
): Promise<readonly Stripe.Customer[]> {
	const found: Stripe.Customer[] = [];
	const queries: string[] = [];
	for (let start = 0; start < discordIds.length; start += IDS_PER_SEARCH)
		queries.push(metadataQuery(discordIds.slice(start, start + IDS_PER_SEARCH), discordIdKey));
	try {
		await forEachConcurrent(queries, async (query) => {
			const { data } = await request('Customers', (stripe) => stripe.customers.search({ query, limit: RESULTS_PER_PAGE }));
			for (const customer of data) if (typeof customer?.id === 'string') found.push(customer);
		});
	} catch (error) {
		if (!(error instanceof SourceError)) throw error;
	}
	return found;
}

/**
 * Finds customers whose metadata, or that of one of their subscriptions, names the member, or has a usual form of their ID that may mean
 * them. Stripe's search finds exact values only.
 * @returns customer IDs
 * @throws {SourceError} also where Stripe offers no search
 */
export async function findCustomersOfMember(request: StripeRequest, discordId: string, discordIdKey: string): Promise<readonly string[]> {
	const search = { query: metadataQuery(writtenForms(discordId), discordIdKey), limit: RESULTS_PER_PAGE };
	const customers = await request('Customers', (stripe) => stripe.customers.search(search));
	const subscriptions = await request('Subscriptions', (stripe) => stripe.subscriptions.search(search));
	return [
		...new Set([...customers.data.map(({ id }) => id), ...subscriptions.data.flatMap(({ customer }) => (customer ? idOf(customer) : []))])
	];
}

function metadataQuery(discordIds: readonly string[], discordIdKey: string): string {
	return discordIds.map((id) => `metadata['${quoted(discordIdKey)}']:'${quoted(id)}'`).join(' OR ');
}

/** Escapes a text within single quotes in a query. */
export function quoted(text: string): string {
	return text.replaceAll(/['\\]/g, '\\$&');
}
