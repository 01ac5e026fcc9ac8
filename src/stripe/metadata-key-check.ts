import type Stripe from 'stripe';
import { discordIdsIn } from '../reconciliation/domain/discord-id.js';
import { SourceError } from '../reconciliation/domain/ports.js';
import type { Check, CheckRemark } from '../reconciliation/health/doctor.js';
import type { StripeRequest } from './api/request.js';
import { quoted } from './find-customers.js';
import { PAGE_SIZE } from './lists/paginate.js';
import { createQuickRequester, type StripeAccess } from './quick-request.js';

/** The doctor's check of the metadata key that names a Discord user. A misspelt key links no member, without any error. */

const SUBJECT = 'Links';

/** Other keys that a remark names. */
const MAX_KEYS_NAMED = 3;

type Metadata = Readonly<Record<string, string>>;

/** Whether Stripe has the metadata key. One request for the newest subscriptions, and two more if these do not have it. */
export function metadataKeyCheck(access: StripeAccess, discordIdKey: string): Check {
	const request = createQuickRequester(access);
	return { subject: SUBJECT, severityOnFailure: 'warning', run: async () => [await keyRemark(request, discordIdKey)] };
}

/**
 * The metadata key under which Stripe has Discord IDs, by the newest subscriptions and their customers.
 * @param key - the usual one, which is preferred
 * @returns `key` if Stripe has it or nothing else that looks like it
 * @throws {SourceError}
 */
export async function suggestMetadataKey(access: StripeAccess, key: string): Promise<string> {
	const { found, others } = await searchKey(createQuickRequester(access), key);
	return found ? key : (others[0] ?? key);
}

interface KeySearch {
	readonly found: boolean;
	readonly hasSubscriptions: boolean;
	/** Keys of what looks like Discord IDs, the most frequent first. Empty if the key was found. */
	readonly others: readonly string[];
}

async function searchKey(request: StripeRequest, key: string): Promise<KeySearch> {
	const query = { limit: PAGE_SIZE, status: 'all' as const, expand: ['data.customer'] };
	const { data } = await request('Subscriptions', (stripe) => stripe.subscriptions.list(query));
	const newest = data.flatMap(metadataOf);
	const found = newest.some((metadata) => key in metadata) || (await occursElsewhere(request, key));
	return { found, hasSubscriptions: data.length > 0, others: found ? [] : keysOfDiscordIds(newest) };
}

async function keyRemark(request: StripeRequest, key: string): Promise<CheckRemark> {
	const { found, hasSubscriptions, others } = await searchKey(request, key);
	if (found) return { verdict: 'ok', message: `Stripe has the metadata key ${key}, which links members to customers.` };
	if (!hasSubscriptions) return { verdict: 'ok', message: `Stripe has no subscription yet, and no metadata key ${key}.` };
	const nowhere = `No customer or subscription in Stripe has the metadata key ${key} (STRIPE_DISCORD_ID_KEY), so metadata links no one`;
	if (others.length === 0)
		return {
			verdict: 'ok',
			message: `${nowhere}. That is right if the database or /reconcile link does; otherwise set it to the key under which your checkout stores the Discord ID.`
		};
	const named = others.slice(0, MAX_KEYS_NAMED).join(', ');
	return {
		verdict: 'warning',
		message: `${nowhere}. What looks like Discord IDs is under ${named}: if that is right, set STRIPE_DISCORD_ID_KEY to it.`
	};
}

/** A subscription's metadata, and its customer's. */
function metadataOf({ metadata, customer }: Stripe.Subscription): readonly Metadata[] {
	const own = typeof customer === 'string' || customer?.deleted ? null : customer?.metadata;
	return [metadata ?? {}, own ?? {}];
}

/** Searches all customers and subscriptions. False if Stripe offers no search here: then the newest have to do. */
async function occursElsewhere(request: StripeRequest, key: string): Promise<boolean> {
	const search = { query: `-metadata['${quoted(key)}']:null`, limit: 1 };
	const found = await Promise.all([
		request('Customers', (stripe) => stripe.customers.search(search)).catch(noneWithoutSearch),
		request('Subscriptions', (stripe) => stripe.subscriptions.search(search)).catch(noneWithoutSearch)
	]);
	return found.some(({ data }) => data.length > 0);
}

function noneWithoutSearch(error: unknown): { readonly data: readonly [] } {
	if (error instanceof SourceError) return { data: [] };
	throw error;
}

/** Keys whose values are Discord IDs, or whose names speak of Discord; the most frequent first. */
function keysOfDiscordIds(all: readonly Metadata[]): readonly string[] {
	const counts = new Map<string, number>();
	for (const metadata of all)
		for (const [key, value] of Object.entries(metadata))
			if (discordIdsIn(value).length > 0 || /discord/i.test(key)) counts.set(key, (counts.get(key) ?? 0) + 1);
	return [...counts].sort(([a, many], [b, more]) => more - many || (a < b ? -1 : 1)).map(([key]) => key);
}
