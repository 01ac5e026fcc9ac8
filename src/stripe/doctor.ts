import type Stripe from 'stripe';
import { SYSTEM_TIMING } from '../async/backoff.js';
import type { LastGoodRun } from '../reconciliation/domain/ports.js';
import type { Tier } from '../reconciliation/domain/rules.js';
import { type Check, type CheckRemark, clockRemark } from '../reconciliation/health/doctor.js';
import { createClient } from './api/client.js';
import { KeyRefusedError, MissingObjectError, NotAllowedError, type Resource } from './api/errors.js';
import { isLiveKey, isUnrestrictedKey, USE_LIVE_KEY } from './api/key.js';
import { defaultRate, RateLimiter } from './api/rate-limiter.js';
import { createRequester, type StripeRequest } from './api/request.js';
import { pricesOf } from './convert.js';

const ABOUT = 'Stripe';

/** Somebody is waiting. */
const ANSWER_TIMEOUT_MS = 4_000;

/** One page: enough to notice a price that was forgotten. */
const SUBSCRIPTIONS_SAMPLED = 100;

export interface StripeChecked {
	readonly secretKey: string;
	readonly apiUrl: string;
}

/** Whether the key is one, and no more than Reeve needs. One small request, of a kind that no run makes. */
export function keyChecks({ secretKey, apiUrl }: StripeChecked): readonly Check[] {
	const ask = withTimeout(secretKey, apiUrl);
	return [
		{ subject: ABOUT, severityOnFailure: 'warning', run: async () => writeRemarks(secretKey) },
		{ subject: ABOUT, severityOnFailure: 'error', run: () => keyRemarks(ask) }
	];
}

/** Whether the key reads what Reeve needs. Four small requests. */
export function permissionCheck({ secretKey, apiUrl }: StripeChecked): Check {
	const ask = withTimeout(secretKey, apiUrl);
	return { subject: ABOUT, severityOnFailure: 'error', run: () => permissionRemarks(ask) };
}

/** Whether the key is of the mode (live or test) that the last run read. No request. */
export function modeCheck(secretKey: string, runs: { lastGoodRun(): Promise<Pick<LastGoodRun, 'livemode'> | null> }): Check {
	return { subject: ABOUT, severityOnFailure: 'warning', run: async () => [modeRemark(isLiveKey(secretKey), await runs.lastGoodRun())] };
}

/** Whether the price map fits what is sold. One request, and one for each price in the map. */
export function priceCheck({ secretKey, apiUrl }: StripeChecked, tiers: readonly Tier[]): Check {
	const ask = withTimeout(secretKey, apiUrl);
	const mapped = tiers.flatMap(({ prices }) => prices);
	return { subject: 'Prices', severityOnFailure: 'warning', run: () => priceRemarks(ask, mapped) };
}

function withTimeout(secretKey: string, apiUrl: string): StripeRequest {
	const pace = new RateLimiter(defaultRate(secretKey), SYSTEM_TIMING);
	return createRequester(createClient(secretKey, apiUrl, ANSWER_TIMEOUT_MS), pace, SYSTEM_TIMING);
}

/** What Reeve reads. It asks for what is not there: whoever may read hears that, and is shown nobody's data. */
const NEEDED: readonly (readonly [Resource, (stripe: Stripe) => Promise<unknown>])[] = [
	['Subscriptions', (stripe) => stripe.subscriptions.retrieve('sub_reeve_doctor')],
	['Customers', (stripe) => stripe.customers.retrieve('cus_reeve_doctor')],
	['Invoices', (stripe) => stripe.invoices.retrieve('in_reeve_doctor')]
];

async function permissionRemarks(ask: StripeRequest): Promise<readonly CheckRemark[]> {
	const mayRead = ([resource, retrieve]: (typeof NEEDED)[number]) =>
		ask(resource, retrieve).catch((error: unknown) => {
			if (!(error instanceof MissingObjectError)) throw error;
		});
	const events = ask('Events', (stripe) => stripe.events.list({ limit: 1 }));
	const asked = await Promise.allSettled([...NEEDED.map(mayRead), events]);
	const errors = asked.flatMap((answer) => (answer.status === 'rejected' ? [answer.reason as Error] : []));
	// A key that is refused is told of elsewhere, once.
	if (errors.some((error) => error instanceof KeyRefusedError)) return [];
	// What passes, an outage say, is no reason to say that no run begins.
	const passing = errors.find((error) => !(error instanceof NotAllowedError));
	if (passing !== undefined) throw passing;
	if (errors.length > 0) return errors.map(({ message }) => ({ verdict: 'blocking', message: message }));
	const names = [...NEEDED.map(([resource]) => resource), 'Events'];
	return [{ verdict: 'ok', message: `The key reads ${names.join(', ')}.` }, ...clockRemarks((await events).lastResponse.headers.date)];
}

/** Stripe tells a key that is none from one that may not do what it asks for; Reeve need not read the balance. */
async function keyRemarks(ask: StripeRequest): Promise<readonly CheckRemark[]> {
	try {
		await ask('Balance', (stripe) => stripe.balance.retrieve());
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
				'The key can write: whoever gets hold of it can move money. Reeve only reads: make a restricted key (Stripe Dashboard → Developers → API keys) with Subscriptions, Customers, Invoices and Events on Read and all else on None, and put it into STRIPE_SECRET_KEY.'
		}
	];
}

function modeRemark(livemode: boolean, lastGood: Pick<LastGoodRun, 'livemode'> | null): CheckRemark {
	if (lastGood?.livemode === true && !livemode)
		return { verdict: 'blocking', message: `The key is for test data, and the last good run read live data. ${USE_LIVE_KEY}` };
	return { verdict: 'ok', message: livemode ? 'The key reads live data.' : 'The key reads test data.' };
}

async function priceRemarks(ask: StripeRequest, mapped: readonly string[]): Promise<readonly CheckRemark[]> {
	if (mapped.length === 0)
		return [{ verdict: 'ok', message: 'No price is mapped to a tier: every subscription of a person gives the highest tier.' }];
	const { data } = await ask('Subscriptions', (stripe) => stripe.subscriptions.list({ limit: SUBSCRIPTIONS_SAMPLED, status: 'active' }));
	const remarks = [...(await unknownPrices(ask, mapped)), ...forgottenPrices(data, mapped)];
	return remarks.length > 0 ? remarks : [{ verdict: 'ok', message: 'What people pay for buys a tier.' }];
}

/** What is mapped to a tier and not known to Stripe. A key that may not read prices need not: then nothing is said. */
async function unknownPrices(ask: StripeRequest, mapped: readonly string[]): Promise<readonly CheckRemark[]> {
	const remarks = await Promise.all(
		mapped.map(async (id): Promise<readonly CheckRemark[]> => {
			try {
				if (id.startsWith('prod_')) await ask('Products', (stripe) => stripe.products.retrieve(id));
				else await ask('Prices', (stripe) => stripe.prices.retrieve(id));
				return [];
			} catch (error) {
				if (error instanceof NotAllowedError) return [];
				if (!(error instanceof MissingObjectError)) throw error;
				return [
					{ verdict: 'warning', message: `Stripe does not know ${id}, which the settings map to a tier: correct it, or take it out.` }
				];
			}
		})
	);
	return remarks.flat();
}

/** What people pay for and nothing maps to a tier. */
function forgottenPrices(subscriptions: readonly Stripe.Subscription[], mapped: readonly string[]): readonly CheckRemark[] {
	const forgotten = new Map<string, number>();
	for (const { items } of subscriptions) {
		const prices = pricesOf(items.data);
		if (prices.some((id) => mapped.includes(id))) continue;
		for (const { price } of items.data) forgotten.set(price.id, (forgotten.get(price.id) ?? 0) + 1);
	}
	return [...forgotten].map(([id, many]) => ({
		verdict: 'warning',
		message: `${id} is what ${many} of the newest ${subscriptions.length} active subscriptions pay for, and it buys no tier: they give no role. If it should, put it into the setting of its tier (STRIPE_…_PRICE_IDS).`
	}));
}

function clockRemarks(date: string | undefined): readonly CheckRemark[] {
	const theirs = new Date(date ?? '');
	return Number.isNaN(theirs.getTime()) ? [] : [clockRemark('Stripe', theirs, new Date())];
}
