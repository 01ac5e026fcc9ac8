import { SYSTEM_TIMING, type Timing } from '../async/backoff.js';
import { forEachConcurrent, settleAll } from '../async/concurrency.js';
import type { BillingSnapshot } from '../reconciliation/domain/billing.js';
import { SNOWFLAKE } from '../reconciliation/domain/guild.js';
import type { Billing, BillingAdvice, OnProgress } from '../reconciliation/domain/ports.js';
import type { CustomerMetadataSearch } from '../reconciliation/members/explain.js';
import type { CustomerLookup } from '../reconciliation/members/link.js';
import { accountsOf, CompactAccounts } from '../reconciliation/snapshot/accounts.js';
import { createClient, TIMEOUT_MS } from './api/client.js';
import { sourceError } from './api/errors.js';
import { isLiveKey, USE_LIVE_KEY } from './api/key.js';
import { defaultRate, RateLimiter } from './api/rate-limiter.js';
import { createRequester } from './api/request.js';
import { toCustomer, toSubscription } from './convert.js';
import { createCustomerLookup } from './customer-lookup.js';
import { readCurrentCustomers, readCustomer } from './customers.js';
import { readBaseline, readChangesSince, readLinkChangesAfter } from './events.js';
import { findCustomers, findCustomersOfMember } from './find-customers.js';
import { assertListEnded, readAllSubscriptions } from './list-subscriptions.js';
import type { PageBoundaryCache } from './lists/page-boundaries.js';
import { listOverdueSince, overdueSinceFor } from './overdue-invoices.js';

export interface BillingOptions {
	/** A restricted key with Subscriptions, Customers, Invoices and Events set to Read is enough. */
	readonly secretKey: string;
	readonly apiUrl: string;
	/** The metadata key under which customers and subscriptions name a Discord user. */
	readonly discordIdKey: string;
	/** How long one answer is waited for. */
	readonly timeoutMs?: number;
	readonly timing?: Timing;
	/** Requests a second at most; what is good for the key where nothing is said. */
	readonly requestsPerSecond?: number | undefined;
}

const ADVICE: BillingAdvice = {
	useLiveKey: USE_LIVE_KEY,
	checkAccount: 'Check in the Stripe dashboard that STRIPE_SECRET_KEY belongs to the right account.'
};

/** Stripe as the heart asks for it. It reads, and never writes. */
export function createBilling({
	secretKey,
	apiUrl,
	discordIdKey,
	timeoutMs = TIMEOUT_MS,
	timing = SYSTEM_TIMING,
	requestsPerSecond = defaultRate(secretKey)
}: BillingOptions): Billing & CustomerMetadataSearch & CustomerLookup {
	const rateLimiter = new RateLimiter(requestsPerSecond, timing);
	const request = createRequester(createClient(secretKey, apiUrl, timeoutMs), rateLimiter, timing);
	const isLive = isLiveKey(secretKey);
	const memory: Readonly<Record<'subscriptions' | 'invoices', PageBoundaryCache>> = {
		subscriptions: { boundaries: null },
		invoices: { boundaries: null }
	};

	return {
		advice: ADVICE,
		...createCustomerLookup(request, discordIdKey),
		readAll: (onProgress) => readableErrors(readAll(onProgress)),
		readCustomers: (customerIds) => readableErrors(readCustomers(customerIds)),
		findCustomersByDiscordIds: async (discordIds) =>
			(await findCustomers(request, discordIds, discordIdKey)).map((customer) => toCustomer(customer, discordIdKey)),
		findCustomersNaming: (discordId, since) => readableErrors(customersNaming(discordId, since)),
		searchCustomersByMetadata: (discordId) => readableErrors(findCustomersOfMember(request, discordId, discordIdKey)),
		ping: async () => {
			const { data } = await request('Subscriptions', (stripe) => stripe.subscriptions.list({ limit: 1 }));
			return { livemode: data[0]?.livemode ?? isLive };
		}
	};

	async function readAll(onProgress: OnProgress): Promise<BillingSnapshot> {
		const nowSeconds = Math.floor(Date.now() / 1000);
		// The baseline comes first and the changes last, so that nothing can change in between unseen.
		const baseline = await readBaseline(request);
		const reading = { request, rateLimiter, now: timing.now, nowSeconds };
		const accounts = new CompactAccounts();
		let livemode = isLive;
		const [{ count, oldest }, debts] = await settleAll([
			readAllSubscriptions({
				...reading,
				memory: memory.subscriptions,
				onWhole: ({ customer, subscription, items }) => {
					accounts.add(toCustomer(customer, discordIdKey), toSubscription(subscription, items, discordIdKey));
					livemode = subscription.livemode;
				},
				onCount: (done) => onProgress({ source: 'stripe', done, total: null, finished: false })
			}),
			listOverdueSince({ ...reading, memory: memory.invoices }, onProgress)
		]);
		const [changes] = await settleAll([readChangesSince(request, baseline, discordIdKey), assertListEnded(request, oldest)]);
		accounts.setUnpaidSince(debts);
		const named = [...changes.customers.values()].flatMap((values) => [...values]);
		await forEachConcurrent(
			changes.newlySubscribed.filter((id) => !accounts.has(id)),
			async (id) => {
				named.push((await readCustomer(request, id))?.metadata[discordIdKey] ?? '');
			}
		);
		onProgress({ source: 'stripe', done: count, total: count, finished: true });
		return {
			accounts,
			subscriptionsRead: count,
			livemode,
			changedCustomers: new Set(changes.customers.keys()),
			changedDiscordIds: new Set(named.filter((value) => SNOWFLAKE.test(value)))
		};
	}

	/** Whoever named the person for a while only may be among them; reading them afresh tells. */
	async function customersNaming(discordId: string, since: Date): Promise<readonly string[]> {
		const changes = await readLinkChangesAfter(request, since, new Date(), discordIdKey);
		const naming = new Set([...changes.customers].filter(([, named]) => named.has(discordId)).map(([id]) => id));
		await forEachConcurrent(
			changes.newlySubscribed.filter((id) => !naming.has(id)),
			async (id) => {
				if ((await readCustomer(request, id))?.metadata[discordIdKey] === discordId) naming.add(id);
			}
		);
		return [...naming];
	}

	async function readCustomers(customerIds: readonly string[]): Promise<BillingSnapshot> {
		const { subscriptions, others } = await readCurrentCustomers(request, customerIds);
		const debts = await overdueSinceFor(
			request,
			subscriptions.map(({ subscription }) => subscription)
		);
		const customers = [...subscriptions.map(({ customer }) => customer), ...others];
		return {
			accounts: accountsOf(
				customers.map((customer) => toCustomer(customer, discordIdKey)),
				subscriptions.map(({ subscription, items }) => ({
					...toSubscription(subscription, items, discordIdKey),
					unpaidSince: debts.get(subscription.id) ?? null
				}))
			),
			subscriptionsRead: subscriptions.length,
			livemode: (subscriptions[0]?.subscription ?? others[0])?.livemode ?? isLive,
			changedCustomers: new Set(),
			changedDiscordIds: new Set()
		};
	}
}

/** Whatever goes wrong, an answer of a shape that nobody expected included, is told in words. */
async function readableErrors<Answer>(reading: Promise<Answer>): Promise<Answer> {
	try {
		return await reading;
	} catch (error) {
		throw sourceError(error, 'Subscriptions');
	}
}
