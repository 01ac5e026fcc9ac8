import type { PolicySettings } from '../reconciliation/domain/rules.js';
import type { Check, CheckRemark } from '../reconciliation/health/doctor.js';
import { purchaseOf } from '../reconciliation/policy/purchase.js';
import { MissingObjectError, NotAllowedError } from './api/errors.js';
import type { StripeRequest } from './api/request.js';
import { purchasedItems } from './convert.js';
import { readCurrentSubscriptions } from './current-subscriptions.js';
import { createQuickRequester, type StripeAccess } from './quick-request.js';

/** The doctor's check of the price map. */

/** For reading subscriptions; a check may take five seconds in all. */
const READING_MS = 2_000;

/** Whether the settings know the prices that are sold. One request for each hundred subscriptions, and one for each price in the settings. */
export function priceCheck(access: StripeAccess, policy: PolicySettings): Check {
	const request = createQuickRequester(access);
	return { subject: 'Prices', severityOnFailure: 'warning', run: () => priceRemarks(request, policy) };
}

async function priceRemarks(request: StripeRequest, policy: PolicySettings): Promise<readonly CheckRemark[]> {
	const mapped = policy.tiers.flatMap(({ prices }) => prices);
	const [unknown, sold] = await Promise.all([unknownPrices(request, mapped), readSold(request, policy)]);
	const remarks = [
		...unknown,
		...(mapped.length === 0 ? nothingMapped(sold, policy) : sold.unlisted.map((each) => unlisted(each, sold, policy)))
	];
	return remarks.length > 0 ? remarks : [{ verdict: 'ok', message: 'Every price that people pay is in the settings.' }];
}

/** What people pay for. */
interface Sold {
	/** Number of subscriptions read: the newest. */
	readonly read: number;
	/** Whether these are all. */
	readonly complete: boolean;
	/** Prices that no setting lists, those of most subscriptions first. */
	readonly unlisted: readonly { readonly price: string; readonly subscriptions: number }[];
}

async function readSold(request: StripeRequest, policy: PolicySettings): Promise<Sold> {
	const counts = new Map<string, number>();
	const { read, complete } = await readCurrentSubscriptions(request, READING_MS, (items) => {
		const { unlisted } = purchaseOf(purchasedItems(items), null, policy);
		for (const price of new Set(unlisted)) counts.set(price, (counts.get(price) ?? 0) + 1);
	});
	const unlisted = [...counts].map(([price, subscriptions]) => ({ price, subscriptions }));
	return { read, complete, unlisted: unlisted.sort((a, b) => b.subscriptions - a.subscriptions || (a.price < b.price ? -1 : 1)) };
}

/** Without any price in the settings, what every personal subscription buys depends on STRIPE_UNMAPPED_PRICES alone. */
function nothingMapped({ read, complete, unlisted }: Sold, { unlistedPrices }: PolicySettings): readonly CheckRemark[] {
	if (unlistedPrices.buy === 'tier')
		return [
			{
				verdict: 'ok',
				message: `No price is mapped to a tier: every personal subscription gives ${unlistedPrices.tier}, by STRIPE_UNMAPPED_PRICES.`
			}
		];
	const consequence =
		unlistedPrices.buy === 'nothing'
			? 'every personal subscription buys nothing, by STRIPE_UNMAPPED_PRICES'
			: 'it is unknown what every personal subscription buys, and Reeve gives and removes no role because of one';
	const sold = unlisted.map(({ price, subscriptions }) => `${price} (${countOf(subscriptions)})`).join(', ');
	const prices =
		sold === ''
			? 'No price is sold yet.'
			: `These prices are sold${complete ? '' : `, of the newest ${read} subscriptions`}: ${sold}. Add each to the setting of its tier (STRIPE_…_PRICE_IDS), or to STRIPE_OTHER_PRICE_IDS if it buys no role.`;
	return [{ verdict: 'error', message: `No price is mapped to a tier, so ${consequence}. ${prices}` }];
}

/** A price that no setting lists. */
function unlisted(
	{ price, subscriptions }: Sold['unlisted'][number],
	{ read, complete }: Sold,
	{ unlistedPrices }: PolicySettings
): CheckRemark {
	const effect =
		unlistedPrices.buy === 'tier'
			? `so it gives ${unlistedPrices.tier}`
			: unlistedPrices.buy === 'nothing'
				? 'so it gives no role'
				: 'so Reeve does not know what it buys and removes no role from those who pay it';
	return {
		verdict: 'warning',
		message: `${price} is what ${subscriptions} of the ${complete ? '' : 'newest '}${read} active subscriptions pay for, but it is not mapped to a tier, ${effect}. Add it to its tier's setting (STRIPE_…_PRICE_IDS), or to STRIPE_OTHER_PRICE_IDS if it buys no role.`
	};
}

function countOf(subscriptions: number): string {
	return subscriptions === 1 ? '1 subscription' : `${subscriptions} subscriptions`;
}

/** Mapped prices that Stripe does not have. Says nothing if the key may not read prices, which Reeve does not need. */
async function unknownPrices(request: StripeRequest, mapped: readonly string[]): Promise<readonly CheckRemark[]> {
	const remarks = await Promise.all(
		mapped.map(async (id): Promise<readonly CheckRemark[]> => {
			if (await exists(request, id)) return [];
			return [{ verdict: 'warning', message: `Stripe does not have ${id}, which the settings map to a tier. Correct or remove it.` }];
		})
	);
	return remarks.flat();
}

/** Whether there is such a price or product. An ID that its owner chose does not say which. True if the key may not read them. */
async function exists(request: StripeRequest, id: string): Promise<boolean> {
	const lookups = [
		...(id.startsWith('prod_') ? [] : [() => request('Prices', (stripe) => stripe.prices.retrieve(id))]),
		...(/^(price|plan)_/.test(id) ? [] : [() => request('Products', (stripe) => stripe.products.retrieve(id))])
	];
	for (const lookUp of lookups) {
		try {
			await lookUp();
			return true;
		} catch (error) {
			if (error instanceof NotAllowedError) return true;
			if (!(error instanceof MissingObjectError)) throw error;
		}
	}
	return false;
}
