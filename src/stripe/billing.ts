import { SYSTEM_TIMING, type Timing } from '../async/backoff.js';
import { forEachConcurrent, settleAll } from '../async/concurrency.js';
import type { BillingEvents } from '../reconciliation/changes/event-cursor.js';
import type { BillingSnapshot, ReadDebt } from '../reconciliation/domain/billing.js';
import { type ClockReading, clockProblem } from '../reconciliation/domain/clock.js';
import { discordIdsIn } from '../reconciliation/domain/discord-id.js';
import { type Billing, type BillingAdvice, type OnProgress, SourceError } from '../reconciliation/domain/ports.js';
import type { ImportCustomerLookup } from '../reconciliation/imports/import.js';
import type { CustomerMetadataSearch } from '../reconciliation/members/explain.js';
import type { CustomerLookup } from '../reconciliation/members/link.js';
import { isPastDue } from '../reconciliation/policy/entitlement.js';
import { accountsOf, CompactAccounts } from '../reconciliation/snapshot/accounts.js';
import { createClient } from './api/client.js';
import { sourceError } from './api/errors.js';
import { isLiveKey, USE_LIVE_KEY } from './api/key.js';
import { defaultRate, RateLimiter } from './api/rate-limiter.js';
import { createRequester } from './api/request.js';
import { toCustomer, toSubscription } from './convert.js';
import { CouponExpansion } from './coupon-expansion.js';
import { createCustomerLookup } from './customer-lookup.js';
import { findMissingCustomers, readCurrentCustomers } from './customers.js';
import { type DebtCache, datePastDue, listOpenInvoices, type PastDue, readDebt, toPastDue } from './debts.js';
import { readBaseline, readChangesSince, readEventPage, readNewestEvent } from './events.js';
import { findCustomers, findCustomersOfMember } from './find-customers.js';
import { findImportCustomers } from './import-customers.js';
import { metadataValue } from './inspect.js';
import { LinkChanges } from './link-changes.js';
import { assertListEnded, readAllSubscriptions } from './list-subscriptions.js';
import type { PageBoundaryCache } from './lists/page-boundaries.js';
import { OddObjects } from './odd-objects.js';
import { readCustomer } from './read-customer.js';

export interface BillingOptions {
	/** A restricted key with Subscriptions, Customers, Invoices and Events set to Read is enough. */
	readonly secretKey: string;
	readonly apiUrl: string;
	/** The metadata key under which customers and subscriptions name a Discord user. */
	readonly discordIdKey: string;
	/** Of one request, response included. */
	readonly deadlineMs?: number;
	readonly timing?: Timing;
	/** Default: by the key's mode, {@link defaultRate}. */
	readonly requestsPerSecond?: number | undefined;
}

const ADVICE: BillingAdvice = {
	useLiveKey: USE_LIVE_KEY,
	checkAccount: 'Check in the Stripe dashboard that STRIPE_SECRET_KEY belongs to the right account.'
};

/** The Billing port on Stripe. Only reads. */
export function createBilling({
	secretKey,
	apiUrl,
	discordIdKey,
	deadlineMs,
	timing = SYSTEM_TIMING,
	requestsPerSecond = defaultRate(secretKey)
}: BillingOptions): Billing & BillingEvents & CustomerMetadataSearch & CustomerLookup & ImportCustomerLookup {
	const rateLimiter = new RateLimiter(requestsPerSecond, timing);
	/** Of the newest response. */
	let clock: ClockReading | null = null;
	const onServerTime = (theirs: Date) => {
		clock = { service: 'Stripe', theirs, ours: new Date() };
	};
	const request = createRequester(createClient({ secretKey, apiUrl, deadlineMs, onServerTime }), rateLimiter, timing);
	const coupons = new CouponExpansion();
	const linkChanges = new LinkChanges(request, discordIdKey);
	/** By the key; an account without objects says nothing else about its mode. */
	const keyLivemode = isLiveKey(secretKey);
	const caches: Readonly<Record<'subscriptions' | 'invoices', PageBoundaryCache>> = {
		subscriptions: { boundaries: null },
		invoices: { boundaries: null }
	};
	const debtCache: DebtCache = { debts: new Map() };

	return {
		advice: ADVICE,
		...createCustomerLookup(request, discordIdKey),
		readAll: (onProgress) => withSourceErrors(readAll(onProgress)),
		readCustomers: (customerIds) => withSourceErrors(readCustomers(customerIds)),
		findMissingCustomers: (customerIds) => withSourceErrors(findMissingCustomers(request, customerIds)),
		findCustomersByDiscordIds: async (discordIds) =>
			(await findCustomers(request, discordIds, discordIdKey)).map((customer) => toCustomer(customer, discordIdKey)),
		findImportCustomers: (ids, emails) => withSourceErrors(findImportCustomers(request, discordIdKey, ids, emails)),
		findCustomersNaming: (discordId, since) => withSourceErrors(linkChanges.customersNaming(discordId, since)),
		searchCustomersByMetadata: (discordId) => withSourceErrors(findCustomersOfMember(request, discordId, discordIdKey)),
		readEvents: (after) => withSourceErrors(readEventPage(request, after, discordIdKey)),
		newestEvent: () => withSourceErrors(readNewestEvent(request, discordIdKey)),
		ping: async () => {
			const { data } = await request('Subscriptions', (stripe) => stripe.subscriptions.list({ limit: 1, status: 'all' }));
			return { livemode: data[0]?.livemode ?? keyLivemode, hasSubscriptions: data.length > 0 };
		}
	};

	/** What a subscription entitles to depends on the time. Call it after a request. @throws {SourceError} */
	function assertClockIsRight(): void {
		const problem = clock === null ? null : clockProblem(clock);
		if (problem !== null) throw new SourceError('stripe', problem);
	}

	async function readAll(onProgress: OnProgress): Promise<BillingSnapshot> {
		const nowSeconds = Math.floor(Date.now() / 1000);
		// The baseline is read first and the changes last, so that they cover everything in between.
		const baseline = await readBaseline(request);
		assertClockIsRight();
		const reading = { request, rateLimiter, now: timing.now, nowSeconds };
		const accounts = new CompactAccounts();
		const pastDue: PastDue[] = [];
		const odd = new OddObjects();
		let livemode = keyLivemode;
		const [{ count, oldest }, openInvoices] = await settleAll([
			readAllSubscriptions({
				...reading,
				cache: caches.subscriptions,
				coupons,
				discordIdKey,
				odd,
				onSubscription: (complete) => {
					const { customer, subscription } = complete;
					accounts.add(toCustomer(customer, discordIdKey), toSubscription(complete, discordIdKey, nowSeconds));
					if (isPastDue(subscription.status)) pastDue.push(toPastDue(subscription, customer.deleted ? {} : customer));
					if (typeof subscription.livemode === 'boolean') livemode = subscription.livemode;
				},
				onCount: (done) => onProgress({ source: 'stripe', done, total: null, finished: false })
			}),
			listOpenInvoices({ ...reading, cache: caches.invoices }, onProgress)
		]);
		const debts = await datePastDue(request, pastDue, openInvoices, debtCache);
		accounts.setDebts(debts);
		for (const [id, { unreadable }] of debts) if (unreadable !== null) odd.add({ id, problem: unreadable, couldBeAnyones: false });
		odd.assertFew([...openInvoices.values()].reduce((sum, invoices) => sum + invoices.length, count));
		const [changes] = await settleAll([readChangesSince(request, baseline, discordIdKey), assertListEnded(request, oldest)]);
		const discordIds = [...changes.customers.values()].flatMap((values) => [...values]);
		await forEachConcurrent(
			changes.newlySubscribed.filter((id) => !accounts.has(id)),
			async (id) => {
				discordIds.push(metadataValue(await readCustomer(request, id), discordIdKey) ?? '');
			}
		);
		onProgress({ source: 'stripe', done: count, total: count, finished: true });
		return {
			accounts,
			subscriptionsRead: count,
			livemode,
			oddObjects: odd.found,
			changedCustomers: new Set(changes.customers.keys()),
			changedDiscordIds: new Set(discordIds.flatMap(discordIdsIn)),
			missingCustomers: new Map()
		};
	}

	async function readCustomers(customerIds: readonly string[]): Promise<BillingSnapshot> {
		const nowSeconds = Math.floor(Date.now() / 1000);
		const odd = new OddObjects();
		const { subscriptions, withoutSubscription, missing } = await readCurrentCustomers(request, customerIds, {
			coupons,
			discordIdKey,
			odd
		});
		assertClockIsRight();
		const debts = new Map<string, ReadDebt>();
		await forEachConcurrent(
			subscriptions.filter(({ subscription }) => isPastDue(subscription.status)),
			async ({ subscription: { id } }) => debts.set(id, await readDebt(request, id))
		);
		const customers = [...subscriptions.map(({ customer }) => customer), ...withoutSubscription];
		return {
			accounts: accountsOf(
				customers.map((customer) => toCustomer(customer, discordIdKey)),
				subscriptions.map((complete) => {
					const subscription = toSubscription(complete, discordIdKey, nowSeconds);
					const debt = debts.get(subscription.id);
					return debt === undefined ? subscription : { ...subscription, ...debt, unreadable: subscription.unreadable ?? debt.unreadable };
				})
			),
			subscriptionsRead: subscriptions.length,
			livemode: (subscriptions[0]?.subscription ?? withoutSubscription[0])?.livemode ?? keyLivemode,
			oddObjects: odd.found,
			changedCustomers: new Set(),
			changedDiscordIds: new Set(),
			missingCustomers: missing
		};
	}
}

/** Also covers errors thrown while converting a response with an unexpected shape, which no request reports. */
async function withSourceErrors<Result>(reading: Promise<Result>): Promise<Result> {
	try {
		return await reading;
	} catch (error) {
		throw sourceError(error, 'Subscriptions');
	}
}
