import type Stripe from 'stripe';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { CustomerFound, CustomerLookup } from '../reconciliation/members/link.js';
import { MissingObjectError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { toCustomer, toSubscription } from './convert.js';

/** Stripe finds parts of a text from so many characters on. */
const MIN_SEARCH_LENGTH = 3;
/** Nobody types more of a name; Stripe takes queries of up to 500 characters. */
const MAX_SEARCH_LENGTH = 100;

const WITH_SUBSCRIPTIONS = 'subscriptions';

const CUSTOMER_ID_PREFIX = 'cus_';
/** At most 40 characters: what a button's custom ID has room for. Stripe's own IDs are shorter. */
const CUSTOMER_ID = /^cus_\w{1,36}$/;

/** Customers by what an operator knows of them. Their subscriptions are those that have not ended. */
export function createCustomerLookup(ask: StripeRequest, discordIdKey: string): CustomerLookup {
	const toFound = (customer: Stripe.Customer): CustomerFound => ({
		customer: toCustomer(customer, discordIdKey),
		subscriptions: (customer.subscriptions?.data ?? []).map((subscription) =>
			toSubscription(subscription, subscription.items.data, discordIdKey)
		)
	});

	async function retrieve(customerId: string): Promise<CustomerFound | 'missing' | 'deleted'> {
		try {
			const customer = await ask('Customers', (stripe) => stripe.customers.retrieve(customerId, { expand: [WITH_SUBSCRIPTIONS] }));
			return customer.deleted ? 'deleted' : toFound(customer);
		} catch (error) {
			if (error instanceof MissingObjectError) return 'missing';
			throw error;
		}
	}

	/** By the whole email, as it is written: the list is exact, and sees what was made a moment ago. */
	async function withEmail(email: string, limit: number): Promise<readonly Stripe.Customer[]> {
		const asked = { limit, expand: [`data.${WITH_SUBSCRIPTIONS}`] };
		return (await ask('Customers', (stripe) => stripe.customers.list({ email, ...asked }))).data;
	}

	/** By a part of the email or the name. The search may lag behind, and is not offered in every country: then the list has to do. */
	async function withPart(text: string, limit: number): Promise<readonly Stripe.Customer[]> {
		if (text.length < MIN_SEARCH_LENGTH) return [];
		const part = text.replaceAll(/["\\]/g, '\\$&');
		const asked = { query: `email~"${part}" OR name~"${part}"`, limit, expand: [`data.${WITH_SUBSCRIPTIONS}`] };
		try {
			return (await ask('Customers', (stripe) => stripe.customers.search(asked))).data;
		} catch (error) {
			if (error instanceof SourceError) return [];
			throw error;
		}
	}

	return {
		looksLikeCustomerId: (text) => text.startsWith(CUSTOMER_ID_PREFIX),
		findCustomer: async (customerId) => (CUSTOMER_ID.test(customerId) ? retrieve(customerId) : 'missing'),
		searchCustomers: async (text, limit) => {
			const [exact, similar] = await Promise.all([
				withEmail(text.slice(0, MAX_SEARCH_LENGTH), limit),
				withPart(text.slice(0, MAX_SEARCH_LENGTH), limit)
			]);
			const found = new Map([...exact, ...similar].filter(({ id }) => CUSTOMER_ID.test(id)).map((customer) => [customer.id, customer]));
			return [...found.values()].slice(0, limit).map(toFound);
		}
	};
}
