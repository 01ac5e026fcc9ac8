import type Stripe from 'stripe';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { CustomerFound, CustomerLookup } from '../reconciliation/members/link.js';
import { MissingObjectError, OtherModeError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { toCustomer, toSubscription } from './convert.js';
import { inspectSubscription } from './inspect.js';

/** Stripe's search matches substrings from this length on. */
const MIN_SEARCH_LENGTH = 3;
/** Longer than any name; Stripe takes queries of up to 500 characters. */
const MAX_SEARCH_LENGTH = 100;

const WITH_SUBSCRIPTIONS = 'subscriptions';

const CUSTOMER_ID_PREFIX = 'cus_';
/** At most 40 characters, which is what fits into a button's custom ID. Stripe's IDs are shorter. */
const CUSTOMER_ID = /^cus_\w{1,36}$/;

/** Finds customers by ID, email or name. Their subscriptions are those that have not ended. */
export function createCustomerLookup(request: StripeRequest, discordIdKey: string): CustomerLookup {
	const toFound = (customer: Stripe.Customer): CustomerFound => ({
		customer: toCustomer(customer, discordIdKey),
		subscriptions: (customer.subscriptions?.data ?? []).map((raw) => {
			const inspected = { ...inspectSubscription(raw, discordIdKey), customer };
			return toSubscription(
				{ ...inspected, customerId: customer.id, items: inspected.subscription.items.data },
				discordIdKey,
				Date.now() / 1000
			);
		})
	});

	async function retrieve(customerId: string): Promise<CustomerFound | 'missing' | 'deleted'> {
		try {
			const customer = await request('Customers', (stripe) => stripe.customers.retrieve(customerId, { expand: [WITH_SUBSCRIPTIONS] }));
			return customer.deleted ? 'deleted' : toFound(customer);
		} catch (error) {
			if (error instanceof MissingObjectError && !(error instanceof OtherModeError)) return 'missing';
			throw error;
		}
	}

	/** By exact, case-sensitive email. Unlike search, the list includes customers created a moment ago. */
	async function listByEmail(email: string, limit: number): Promise<readonly Stripe.Customer[]> {
		const query = { email, limit, expand: [`data.${WITH_SUBSCRIPTIONS}`] };
		return (await request('Customers', (stripe) => stripe.customers.list(query))).data;
	}

	/** By part of the email or name. Search lags behind and is not available in every country: then the exact list has to do. */
	async function searchByPart(text: string, limit: number): Promise<readonly Stripe.Customer[]> {
		if (text.length < MIN_SEARCH_LENGTH) return [];
		const part = text.replaceAll(/["\\]/g, '\\$&');
		const query = { query: `email~"${part}" OR name~"${part}"`, limit, expand: [`data.${WITH_SUBSCRIPTIONS}`] };
		try {
			return (await request('Customers', (stripe) => stripe.customers.search(query))).data;
		} catch (error) {
			if (error instanceof SourceError) return [];
			throw error;
		}
	}

	return {
		looksLikeCustomerId: (text) => text.startsWith(CUSTOMER_ID_PREFIX),
		findCustomer: async (customerId) => (CUSTOMER_ID.test(customerId) ? retrieve(customerId) : 'missing'),
		searchCustomers: async (text, limit) => {
			const query = text.slice(0, MAX_SEARCH_LENGTH);
			const [exact, similar] = await Promise.all([listByEmail(query, limit), searchByPart(query, limit)]);
			const linkable = [...exact, ...similar].filter(({ id }) => CUSTOMER_ID.test(id));
			const found = new Map(linkable.map((customer) => [customer.id, customer]));
			return [...found.values()].slice(0, limit).map(toFound);
		}
	};
}
