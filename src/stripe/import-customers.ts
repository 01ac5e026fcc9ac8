import type Stripe from 'stripe';
import { forEachConcurrent } from '../async/concurrency.js';
import type { Account } from '../reconciliation/domain/billing.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { ImportCustomers } from '../reconciliation/imports/payer-index.js';
import type { StripeRequest } from './api/request.js';
import { toCustomer, toSubscription } from './convert.js';
import { inspectSubscription } from './inspect.js';
import { PAGE_SIZE, readList } from './lists/paginate.js';
import { isId, nullIfMissing } from './read-customer.js';

/** An email takes a list, which is exact, and a search, which also finds other capital letters. */
const REQUESTS_PER_EMAIL = 2;

const SUBSCRIPTIONS = 'subscriptions';

/** More customers with one email are as ambiguous as two. */
const MAX_SAME_EMAIL = 10;

/**
 * Finds customers by ID and by email. Lists all customers, 100 per request, until that has taken as many requests as asking for each
 * one would; then asks for those that are still missing. So it takes at most twice the requests of the cheaper way.
 * @param emails - in lower case
 * @throws {SourceError}
 */
export async function findImportCustomers(
	request: StripeRequest,
	discordIdKey: string,
	ids: readonly string[],
	emails: readonly string[]
): Promise<ImportCustomers> {
	const wantedIds = new Set(ids);
	const wantedEmails = new Set(emails);
	const byId = new Map<string, Account | 'missing' | 'deleted'>();
	const byEmail = new Map<string, Account[]>();
	const add = (customer: Stripe.Customer) => {
		const email = customer.email?.toLowerCase() ?? '';
		if (!wantedIds.has(customer.id) && !wantedEmails.has(email)) return;
		const account = toAccount(customer, discordIdKey);
		if (wantedIds.has(customer.id)) byId.set(customer.id, account);
		if (!wantedEmails.has(email)) return;
		const others = (byEmail.get(email) ?? []).filter((other) => other.customer.id !== customer.id);
		byEmail.set(email, [...others, account]);
	};
	const isComplete = await listCustomers(request, wantedIds.size + REQUESTS_PER_EMAIL * wantedEmails.size, (customer) => {
		add(customer);
		return wantedEmails.size === 0 && byId.size === wantedIds.size;
	});
	await forEachConcurrent(
		[...wantedIds].filter((id) => !byId.has(id)),
		async (id) => {
			const customer = isId(id)
				? await nullIfMissing(request('Customers', (stripe) => stripe.customers.retrieve(id, { expand: [SUBSCRIPTIONS] })))
				: null;
			if (customer === null) byId.set(id, 'missing');
			else if (customer.deleted) byId.set(id, 'deleted');
			else byId.set(id, toAccount(customer, discordIdKey));
		}
	);
	if (!isComplete)
		await forEachConcurrent(wantedEmails, async (email) => {
			for (const customer of await findByEmail(request, email)) add(customer);
		});
	return { byId, byEmail };
}

/** Lists customers, newest first, up to so many pages. @returns whether these are all @throws {SourceError} */
async function listCustomers(request: StripeRequest, maxPages: number, isLast: (customer: Stripe.Customer) => boolean): Promise<boolean> {
	// One or two are asked for directly.
	if (maxPages <= REQUESTS_PER_EMAIL) return false;
	let left = maxPages * PAGE_SIZE;
	await readList<Stripe.Customer>(request, {
		resource: 'Customers',
		listPage: (stripe, page) => stripe.customers.list({ ...page, expand: [`data.${SUBSCRIPTIONS}`] }),
		createdAt: ({ created }) => created,
		maxPages: maxPages + 1,
		isLast: (customer) => {
			left -= 1;
			return isLast(customer) || left === 0;
		}
	});
	return left > 0;
}

async function findByEmail(request: StripeRequest, email: string): Promise<readonly Stripe.Customer[]> {
	const options = { limit: MAX_SAME_EMAIL, expand: [`data.${SUBSCRIPTIONS}`] };
	const listed = await request('Customers', (stripe) => stripe.customers.list({ ...options, email }));
	const query = `email:"${email.replaceAll(/["\\]/g, '\\$&')}"`;
	try {
		const { data } = await request('Customers', (stripe) => stripe.customers.search({ ...options, query }));
		return [...listed.data, ...data];
	} catch (error) {
		// Search is not available in every country.
		if (error instanceof SourceError) return listed.data;
		throw error;
	}
}

function toAccount(customer: Stripe.Customer, discordIdKey: string): Account {
	const subscriptions = (customer.subscriptions?.data ?? []).map((raw) => {
		const inspected = { ...inspectSubscription(raw, discordIdKey), customer };
		return toSubscription(
			{ ...inspected, customerId: customer.id, items: inspected.subscription.items.data },
			discordIdKey,
			Date.now() / 1000
		);
	});
	return { customer: toCustomer(customer, discordIdKey), subscriptions };
}
