import { accountsOf, CompactAccounts } from '../reconciliation/accounts.js';
import type { CustomerSearch } from '../reconciliation/explain.js';
import type { CustomerBook } from '../reconciliation/link.js';
import type { Billing, OnProgress } from '../reconciliation/ports.js';
import type { BillingSnapshot } from '../reconciliation/types.js';
import { createAsk } from './ask.js';
import { readBaseline, readChangesSince, readLinkChangesAfter } from './changes.js';
import { createClient, TIMEOUT_MS } from './client.js';
import { toCustomer, toSubscription } from './convert.js';
import { createCustomerBook } from './customer-book.js';
import { readCustomer, readCustomersAfresh } from './customers.js';
import { readAllDebts, readDebtsOf } from './debts.js';
import { sourceError } from './errors.js';
import { findCustomers, findCustomersOf } from './find-customers.js';
import { mustHaveEnded, readAllSubscriptions } from './list-subscriptions.js';
import type { ListMemory } from './marks.js';
import { type Clockwork, isLive, Pace, perSecondWith, REAL_CLOCKWORK } from './pace.js';
import { all, sideBySide } from './side-by-side.js';

export interface BillingOptions {
	/** A restricted key with Subscriptions, Customers, Invoices and Events set to Read is enough. */
	readonly secretKey: string;
	readonly apiUrl: string;
	/** The metadata key under which customers and subscriptions name a Discord user. */
	readonly discordIdKey: string;
	/** How long one answer is waited for. */
	readonly timeoutMs?: number;
	readonly clockwork?: Clockwork;
	/** Requests a second at most; what is good for the key where nothing is said. */
	readonly requestsPerSecond?: number | undefined;
}

const DISCORD_ID = /^\d{17,20}$/;

/** Stripe as the heart asks for it. It reads, and never writes. */
export function createBilling({
	secretKey,
	apiUrl,
	discordIdKey,
	timeoutMs = TIMEOUT_MS,
	clockwork = REAL_CLOCKWORK,
	requestsPerSecond = perSecondWith(secretKey)
}: BillingOptions): Billing & CustomerSearch & CustomerBook {
	const pace = new Pace(requestsPerSecond, clockwork);
	const ask = createAsk(createClient(secretKey, apiUrl, timeoutMs), pace, clockwork);
	const isLiveKey = isLive(secretKey);
	const memory: Readonly<Record<'subscriptions' | 'invoices', ListMemory>> = { subscriptions: { marks: null }, invoices: { marks: null } };

	return {
		...createCustomerBook(ask, discordIdKey),
		readAll: (onProgress) => inWords(readAll(onProgress)),
		readCustomers: (customerIds) => inWords(readCustomers(customerIds)),
		customersClaimedBy: async (discordIds) =>
			(await findCustomers(ask, discordIds, discordIdKey)).map((customer) => toCustomer(customer, discordIdKey)),
		customersNaming: (discordId, since) => inWords(customersNaming(discordId, since)),
		customersOf: (discordId) => inWords(findCustomersOf(ask, discordId, discordIdKey)),
		ping: async () => {
			const { data } = await ask('Subscriptions', (stripe) => stripe.subscriptions.list({ limit: 1 }));
			return { livemode: data[0]?.livemode ?? isLiveKey };
		}
	};

	async function readAll(onProgress: OnProgress): Promise<BillingSnapshot> {
		const nowSeconds = Math.floor(Date.now() / 1000);
		// The baseline comes first and the changes last, so that nothing can change in between unseen.
		const baseline = await readBaseline(ask);
		const reading = { ask, pace, now: clockwork.now, nowSeconds };
		const accounts = new CompactAccounts();
		let livemode = isLiveKey;
		const [{ count, oldest }, debts] = await all([
			readAllSubscriptions({
				...reading,
				memory: memory.subscriptions,
				onWhole: ({ customer, subscription, items }) => {
					accounts.add(toCustomer(customer, discordIdKey), toSubscription(subscription, items, discordIdKey));
					livemode = subscription.livemode;
				},
				onCount: (done) => onProgress({ source: 'stripe', done, total: null, finished: false })
			}),
			readAllDebts({ ...reading, memory: memory.invoices }, onProgress)
		]);
		const [changes] = await all([readChangesSince(ask, baseline, discordIdKey), mustHaveEnded(ask, oldest)]);
		accounts.setUnpaidSince(debts);
		const named = [...changes.customers.values()].flatMap((values) => [...values]);
		await sideBySide(
			changes.newlySubscribed.filter((id) => !accounts.has(id)),
			async (id) => {
				named.push((await readCustomer(ask, id))?.metadata[discordIdKey] ?? '');
			}
		);
		onProgress({ source: 'stripe', done: count, total: count, finished: true });
		return {
			accounts,
			subscriptionsRead: count,
			livemode,
			changedCustomers: new Set(changes.customers.keys()),
			changedPeople: new Set(named.filter((value) => DISCORD_ID.test(value)))
		};
	}

	/** Whoever named the person for a while only may be among them; reading them afresh tells. */
	async function customersNaming(discordId: string, since: Date): Promise<readonly string[]> {
		const changes = await readLinkChangesAfter(ask, since, new Date(), discordIdKey);
		const naming = new Set([...changes.customers].filter(([, named]) => named.has(discordId)).map(([id]) => id));
		await sideBySide(
			changes.newlySubscribed.filter((id) => !naming.has(id)),
			async (id) => {
				if ((await readCustomer(ask, id))?.metadata[discordIdKey] === discordId) naming.add(id);
			}
		);
		return [...naming];
	}

	async function readCustomers(customerIds: readonly string[]): Promise<BillingSnapshot> {
		const { subscriptions, others } = await readCustomersAfresh(ask, customerIds);
		const debts = await readDebtsOf(
			ask,
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
			livemode: (subscriptions[0]?.subscription ?? others[0])?.livemode ?? isLiveKey,
			changedCustomers: new Set(),
			changedPeople: new Set()
		};
	}
}

/** Whatever goes wrong, an answer of a shape that nobody expected included, is told in words. */
async function inWords<Answer>(reading: Promise<Answer>): Promise<Answer> {
	try {
		return await reading;
	} catch (error) {
		throw sourceError(error, 'Subscriptions');
	}
}
