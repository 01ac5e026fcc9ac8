import type Stripe from 'stripe';
import { SYSTEM_TIMING } from '../async/backoff.js';
import type { ClockReading } from '../reconciliation/domain/clock.js';
import type { LastGoodRun } from '../reconciliation/domain/ports.js';
import type { Tier } from '../reconciliation/domain/rules.js';
import { type Check, type CheckRemark, clockRemark } from '../reconciliation/health/doctor.js';
import { createClient } from './api/client.js';
import { KeyRefusedError, MissingObjectError, NotAllowedError, type Resource } from './api/errors.js';
import { isLiveKey, isUnrestrictedKey, USE_LIVE_KEY } from './api/key.js';
import { defaultRate, RateLimiter } from './api/rate-limiter.js';
import { createRequester, type StripeRequest } from './api/request.js';
import { pricesOf } from './convert.js';

/** The doctor's checks of Stripe: key, permissions, mode and price map. */

const SUBJECT = 'Stripe';

/** Shorter than a run's: an operator is waiting. */
const REQUEST_DEADLINE_MS = 4_000;

/** One page: enough to notice an unmapped price. */
const SUBSCRIPTIONS_SAMPLED = 100;

export interface StripeAccess {
	readonly secretKey: string;
	readonly apiUrl: string;
}

/** Whether the key is valid and restricted, and this machine's clock right. One small request, of a kind that no run makes. */
export function keyChecks({ secretKey, apiUrl }: StripeAccess): readonly Check[] {
	let clock: ClockReading | null = null;
	const request = createQuickRequester(secretKey, apiUrl, (theirs) => {
		clock = { service: 'Stripe', theirs, ours: new Date() };
	});
	return [
		{ subject: SUBJECT, severityOnFailure: 'warning', run: async () => writeRemarks(secretKey) },
		{
			subject: SUBJECT,
			severityOnFailure: 'error',
			run: async () => {
				const remarks = await keyRemarks(request);
				return clock === null ? remarks : [...remarks, clockRemark(clock)];
			}
		}
	];
}

/** Whether the key can read what Reeve needs. Four small requests. */
export function permissionCheck({ secretKey, apiUrl }: StripeAccess): Check {
	const request = createQuickRequester(secretKey, apiUrl);
	return { subject: SUBJECT, severityOnFailure: 'error', run: () => permissionRemarks(request) };
}

/** Whether the key is of the mode, live or test, that the last run read. No request. */
export function modeCheck(secretKey: string, runs: { lastGoodRun(): Promise<Pick<LastGoodRun, 'livemode'> | null> }): Check {
	return { subject: SUBJECT, severityOnFailure: 'warning', run: async () => [modeRemark(isLiveKey(secretKey), await runs.lastGoodRun())] };
}

/** Whether the price map matches what is sold. One request, and one for each price in the map. */
export function priceCheck({ secretKey, apiUrl }: StripeAccess, tiers: readonly Tier[]): Check {
	const request = createQuickRequester(secretKey, apiUrl);
	const mapped = tiers.flatMap(({ prices }) => prices);
	return { subject: 'Prices', severityOnFailure: 'warning', run: () => priceRemarks(request, mapped) };
}

function createQuickRequester(secretKey: string, apiUrl: string, onServerTime?: (time: Date) => void): StripeRequest {
	const rateLimiter = new RateLimiter(defaultRate(secretKey), SYSTEM_TIMING);
	const client = createClient({ secretKey, apiUrl, deadlineMs: REQUEST_DEADLINE_MS, ...(onServerTime && { onServerTime }) });
	return createRequester(client, rateLimiter, SYSTEM_TIMING);
}

/** Retrieves objects that do not exist: a 404 proves the permission without returning any customer's data. */
const PERMISSION_PROBES: readonly (readonly [Resource, (stripe: Stripe) => Promise<unknown>])[] = [
	['Subscriptions', (stripe) => stripe.subscriptions.retrieve('sub_reeve_doctor')],
	['Customers', (stripe) => stripe.customers.retrieve('cus_reeve_doctor')],
	['Invoices', (stripe) => stripe.invoices.retrieve('in_reeve_doctor')]
];

async function permissionRemarks(request: StripeRequest): Promise<readonly CheckRemark[]> {
	const probe = ([resource, retrieve]: (typeof PERMISSION_PROBES)[number]) =>
		request(resource, retrieve).catch((error: unknown) => {
			if (!(error instanceof MissingObjectError)) throw error;
		});
	const events = request('Events', (stripe) => stripe.events.list({ limit: 1 }));
	const results = await Promise.allSettled([...PERMISSION_PROBES.map(probe), events]);
	const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
	// keyChecks reports a refused key.
	if (errors.some((error) => error instanceof KeyRefusedError)) return [];
	// A temporary failure, such as an outage, must not be reported as blocking.
	const temporary = errors.find((error) => !(error instanceof NotAllowedError));
	if (temporary !== undefined) throw temporary;
	if (errors.length > 0) return errors.map(({ message }) => ({ verdict: 'blocking', message }));
	const names = [...PERMISSION_PROBES.map(([resource]) => resource), 'Events'];
	return [{ verdict: 'ok', message: `The key reads ${names.join(', ')}.` }];
}

/** Reads the balance: Stripe answers a restricted key with 403 and an invalid key with 401. */
async function keyRemarks(request: StripeRequest): Promise<readonly CheckRemark[]> {
	try {
		await request('Balance', (stripe) => stripe.balance.retrieve());
	} catch (error) {
		if (error instanceof KeyRefusedError) return [{ verdict: 'blocking', message: error.message }];
		if (!(error instanceof NotAllowedError)) throw error;
	}
	return [{ verdict: 'ok', message: 'The key works.' }];
}

function writeRemarks(secretKey: string): readonly CheckRemark[] {
	if (!isUnrestrictedKey(secretKey)) return [];
	return [
		{
			verdict: 'warning',
			message:
				'The key can write: anyone who gets hold of it can move money. Reeve only reads. Make a restricted key (Stripe Dashboard → Developers → API keys) with Subscriptions, Customers, Invoices and Events on Read and all else on None, and put it into STRIPE_SECRET_KEY.'
		}
	];
}

function modeRemark(livemode: boolean, lastGood: Pick<LastGoodRun, 'livemode'> | null): CheckRemark {
	if (lastGood?.livemode === true && !livemode)
		return { verdict: 'blocking', message: `The key is for test data, and the last good run read live data. ${USE_LIVE_KEY}` };
	return { verdict: 'ok', message: livemode ? 'The key reads live data.' : 'The key reads test data.' };
}

async function priceRemarks(request: StripeRequest, mapped: readonly string[]): Promise<readonly CheckRemark[]> {
	if (mapped.length === 0)
		return [{ verdict: 'ok', message: 'No price is mapped to a tier: every subscription of a person gives the highest tier.' }];
	const query = { limit: SUBSCRIPTIONS_SAMPLED, status: 'active' } as const;
	const { data } = await request('Subscriptions', (stripe) => stripe.subscriptions.list(query));
	const remarks = [...(await unknownPrices(request, mapped)), ...unmappedPrices(data, mapped)];
	return remarks.length > 0 ? remarks : [{ verdict: 'ok', message: 'Every price that people pay is mapped to a tier.' }];
}

/** Mapped prices that Stripe does not have. Says nothing if the key may not read prices, which Reeve does not need. */
async function unknownPrices(request: StripeRequest, mapped: readonly string[]): Promise<readonly CheckRemark[]> {
	const remarks = await Promise.all(
		mapped.map(async (id): Promise<readonly CheckRemark[]> => {
			try {
				if (id.startsWith('prod_')) await request('Products', (stripe) => stripe.products.retrieve(id));
				else await request('Prices', (stripe) => stripe.prices.retrieve(id));
				return [];
			} catch (error) {
				if (error instanceof NotAllowedError) return [];
				if (!(error instanceof MissingObjectError)) throw error;
				return [{ verdict: 'warning', message: `Stripe does not have ${id}, which the settings map to a tier. Correct or remove it.` }];
			}
		})
	);
	return remarks.flat();
}

/** Prices of active subscriptions that are not mapped to a tier. */
function unmappedPrices(subscriptions: readonly Stripe.Subscription[], mapped: readonly string[]): readonly CheckRemark[] {
	const unmapped = new Map<string, number>();
	for (const { items } of subscriptions) {
		const prices = pricesOf(items.data);
		if (prices.some((id) => mapped.includes(id))) continue;
		for (const { price } of items.data) unmapped.set(price.id, (unmapped.get(price.id) ?? 0) + 1);
	}
	return [...unmapped].map(([id, count]) => ({
		verdict: 'warning',
		message: `${id} is what ${count} of the newest ${subscriptions.length} active subscriptions pay for, but it is not mapped to a tier, so it gives no role. If it should, add it to its tier's setting (STRIPE_…_PRICE_IDS).`
	}));
}
