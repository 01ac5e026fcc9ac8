import { OTHER_PRICES, pricesSetting } from '../../config/stored-settings.js';
import { tierKey } from '../../config/values.js';
import { list } from '../../messages/format/format.js';
import { priceLine, priceName } from '../../messages/format/price.js';
import type { CatalogPrice, PriceCatalog } from '../../reconciliation/domain/catalog.js';
import { SourceError } from '../../reconciliation/domain/ports.js';
import { readPriceCatalog } from '../../stripe/price-catalog.js';
import type { StripeAccess } from '../../stripe/quick-request.js';
import type { Session } from './ask.js';
import type { Choice } from './prompts.js';

/** Setup's questions about what each price buys. */

/** Asks which prices buy each tier, which buy no role, and what all others buy. @param tiers - lowest first @throws {CancelledError} */
export async function askPrices(session: Session, access: StripeAccess, tiers: readonly string[]): Promise<void> {
	const { prompts, draft } = session;
	const catalog = await readCatalog(session, access);
	if (catalog !== null) {
		for (const sentence of catalog.missing) prompts.warn(sentence);
		if (!catalog.complete) prompts.warn(`Counted are the newest ${catalog.read} subscriptions: the account has more.`);
		const lists = [
			...tiers.map((tier) => ({ setting: pricesSetting(tier), tier, what: `Prices that buy ${tier}` })),
			{ setting: OTHER_PRICES, tier: null, what: 'Prices that buy no role, such as a newsletter' }
		];
		const configured = new Set(lists.flatMap(({ setting }) => draft.list(setting)));
		const taken = new Set<string>();
		for (const { setting, tier, what } of lists) {
			const known = draft.list(setting).filter((id) => !taken.has(id));
			const choices = priceChoices(catalog, known).filter(({ value }) => !taken.has(value));
			const selected = known.length > 0 ? known : namedLike(tier, catalog.prices).filter((id) => !configured.has(id));
			const answer = choices.length === 0 ? [] : await prompts.chooseMany(`${what} (space selects)`, choices, selected);
			for (const id of answer) taken.add(id);
			draft.set(setting, answer.join(','));
		}
		const open = catalog.prices.filter((price) => price.subscriptions > 0 && !taken.has(price.id) && !taken.has(price.productId));
		if (open.length > 0) prompts.say(`Paid by someone, and in none of these lists: ${list(open.map(priceName))}.`);
		else if (catalog.prices.length === 0) prompts.say('Stripe has no recurring price yet. Run setup again once it has.');
	}
	const answer = await prompts.choose(
		'What a price buys that is in none of these lists, such as a new one',
		[
			{ value: 'unknown', label: 'Unknown: no one loses a role because of it, and the report names it' },
			{ value: 'nothing', label: 'No role' },
			...tiers.map((tier) => ({ value: tier, label: tier }))
		],
		draft.get('STRIPE_UNMAPPED_PRICES')
	);
	draft.set('STRIPE_UNMAPPED_PRICES', answer, 'unknown');
}

async function readCatalog({ prompts }: Session, access: StripeAccess): Promise<PriceCatalog | null> {
	for (;;) {
		try {
			return await readPriceCatalog(access);
		} catch (error) {
			if (!(error instanceof SourceError)) throw error;
			prompts.error(`${error.message} The prices stay as they are in the settings.`);
			if (!(await prompts.confirm('Read the prices again?', true))) return null;
		}
	}
}

/** The prices of the products that have a tier's name. */
function namedLike(tier: string | null, prices: readonly CatalogPrice[]): readonly string[] {
	const isNamed = ({ productName }: CatalogPrice) => tier !== null && productName !== null && tierKey(productName.trim()) === tierKey(tier);
	return prices.filter(isNamed).map(({ id }) => id);
}

/** A choice for each price, and for each configured ID that is no price of the catalog, such as a product's. */
function priceChoices({ prices, complete }: PriceCatalog, configured: readonly string[]): readonly Choice<string>[] {
	const others = configured.filter((id) => !prices.some((price) => price.id === id));
	return [
		...others.map((id) => ({ value: id, label: `${nameOfProduct(prices, id)} (${id})` })),
		...prices
			.filter(({ productId }) => !others.includes(productId))
			.map((price) => ({ value: price.id, label: priceLine(price, complete), hint: price.id }))
	];
}

function nameOfProduct(prices: readonly CatalogPrice[], id: string): string {
	const price = prices.find(({ productId }) => productId === id);
	return price === undefined ? 'in the settings, not in the catalog' : `every price of ${priceName({ ...price, nickname: null })}`;
}
