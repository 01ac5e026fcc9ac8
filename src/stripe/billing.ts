import { setTimeout } from 'node:timers/promises';
import type { CustomerSearch } from '../reconciliation/explain.js';
import type { CustomerBook } from '../reconciliation/link.js';
import type { Billing, OnProgress } from '../reconciliation/ports.js';
import type { BillingSnapshot, Customer } from '../reconciliation/types.js';
import { type Clockwork, createAsk } from './ask.js';
import { readBaseline, readChangesSince, readLinkChangesAfter } from './changes.js';
import { createClient, TIMEOUT_MS } from './client.js';
import { toCustomer, toSubscription } from './convert.js';
import { createCustomerBook } from './customer-book.js';
import { type CustomerReading, readCustomer, readCustomersAfresh } from './customers.js';
import { readDebts } from './debts.js';
import { sourceError } from './errors.js';
import { findCustomers, findCustomersOf } from './find-customers.js';
import { listSubscriptions } from './list-subscriptions.js';
import { sideBySide } from './side-by-side.js';

export interface BillingOptions {
	/** A restricted key with Subscriptions, Customers, Invoices and Events set to Read is enough. */
	readonly secretKey: string;
	readonly apiUrl: string;
	/** The metadata key under which customers and subscriptions name a Discord user. */
	readonly discordIdKey: string;
	/** How long one answer is waited for. */
	readonly timeoutMs?: number;
	readonly clockwork?: Clockwork;
}

export const REAL_CLOCKWORK: Clockwork = {
	now: () => performance.now(),
	sleep: (ms) => setTimeout(ms),
	random: Math.random
};

const DISCORD_ID = /^\d{17,20}$/;

/** Stripe as the heart asks for it. It reads, and never writes. */
export function createBilling({
	secretKey,
	apiUrl,
	discordIdKey,
	timeoutMs = TIMEOUT_MS,
	clockwork = REAL_CLOCKWORK
}: BillingOptions): Billing & CustomerSearch & CustomerBook {
	const ask = createAsk(createClient(secretKey, apiUrl, timeoutMs), clockwork);
	const isLiveKey = /^[sr]k_live_/.test(secretKey);

	return {
		...createCustomerBook(ask, discordIdKey),
		readAll: (onProgress) => inWords(readAll(onProgress)),
		readCustomers: (customerIds) => inWords(readCustomersAfresh(ask, customerIds).then((reading) => toSnapshot(reading))),
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
		// The baseline comes first and the changes last, so that nothing can change in between unseen.
		const baseline = await readBaseline(ask);
		const subscriptions = await listSubscriptions(ask, {
			onPage: (done) => onProgress({ source: 'stripe', done, total: null, finished: false })
		});
		const snapshot = await toSnapshot({ subscriptions, others: [] }, onProgress);
		const changes = await readChangesSince(ask, baseline, discordIdKey);
		const named = [...changes.customers.values()].flatMap((values) => [...values]);
		await sideBySide(
			changes.newlySubscribed.filter((id) => !snapshot.customers.has(id)),
			async (id) => {
				named.push((await readCustomer(ask, id))?.metadata[discordIdKey] ?? '');
			}
		);
		onProgress({ source: 'stripe', done: subscriptions.length, total: subscriptions.length, finished: true });
		return {
			...snapshot,
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

	async function toSnapshot(reading: CustomerReading, onProgress?: OnProgress): Promise<BillingSnapshot> {
		const debts = await readDebts(
			ask,
			reading.subscriptions.map(({ subscription }) => subscription),
			onProgress
		);
		const customers = new Map<string, Customer>();
		for (const customer of [...reading.subscriptions.map((whole) => whole.customer), ...reading.others])
			customers.set(customer.id, toCustomer(customer, discordIdKey));
		return {
			customers,
			subscriptions: reading.subscriptions.map(({ subscription, items }) =>
				toSubscription(subscription, items, debts.get(subscription.id) ?? null, discordIdKey)
			),
			livemode: (reading.subscriptions[0]?.subscription ?? reading.others[0])?.livemode ?? isLiveKey,
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
