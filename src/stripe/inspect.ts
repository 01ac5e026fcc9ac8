import type Stripe from 'stripe';

/**
 * Checks of the fields that Reeve reads. A response may contain an odd object: one that lacks something, or has something else in its
 * place. It gets harmless values there, and the problem is noted: it must not look as if it paid for nothing.
 */

/** A subscription with all fields that Reeve reads. */
export interface Inspected {
	readonly subscription: Stripe.Subscription;
	/** Null if it is not known whose it is, or its metadata could not be read. */
	readonly customer: Stripe.Customer | Stripe.DeletedCustomer | null;
	readonly problems: readonly string[];
	/** Whether its metadata, which may link it to a member, could not be read. */
	readonly isLinkLost: boolean;
}

/**
 * @param raw - an entry of a list, with its customer expanded
 * @param discordIdKey - the metadata key that holds a Discord ID
 */
export function inspectSubscription(raw: Stripe.Subscription, discordIdKey: string): Inspected {
	const items = inspectItems(raw.items?.data);
	const isLinkLost = !hasReadableMetadata(raw, discordIdKey);
	const customer = readableCustomer(raw.customer, discordIdKey);
	const problems = [
		...(typeof raw.status === 'string' ? [] : ['has no status']),
		...(isLinkLost ? ['has no readable metadata'] : []),
		...(typeof raw.items?.has_more === 'boolean' ? items.problems : ['has no list of items']),
		...(customer === null ? ['has no readable customer'] : [])
	];
	const subscription: Stripe.Subscription = {
		...raw,
		status: typeof raw.status === 'string' ? raw.status : ('' as Stripe.Subscription.Status),
		metadata: isLinkLost ? {} : raw.metadata,
		items: { ...raw.items, data: items.readable, has_more: raw.items?.has_more === true }
	};
	return { subscription, customer, problems, isLinkLost };
}

function readableCustomer(customer: Stripe.Subscription['customer'] | null, discordIdKey: string): Inspected['customer'] {
	if (customer === null || typeof customer !== 'object' || typeof customer.id !== 'string') return null;
	return customer.deleted === true || hasReadableMetadata(customer, discordIdKey) ? customer : null;
}

/** An active subscription without items, say, would look as if it paid for nothing. */
export function inspectItems(data: unknown): { readonly readable: Stripe.SubscriptionItem[]; readonly problems: readonly string[] } {
	if (!Array.isArray(data) || data.length === 0) return { readable: [], problems: ['has no items'] };
	const readable = (data as Stripe.SubscriptionItem[]).filter(isReadableItem);
	return { readable, problems: readable.length === data.length ? [] : ['has an item without a price or with an odd quantity'] };
}

function isReadableItem(item: Stripe.SubscriptionItem | null): boolean {
	const product = item?.price?.product as unknown;
	const productId = isObject(product) ? product.id : product;
	const quantity = item?.quantity ?? 1;
	return typeof item?.price?.id === 'string' && typeof productId === 'string' && Number.isFinite(quantity) && quantity >= 0;
}

/** Whether metadata is there, with a text or nothing under this key. */
export function hasReadableMetadata({ metadata }: { readonly metadata?: unknown }, key: string): boolean {
	return isObject(metadata) && !Array.isArray(metadata) && ['string', 'undefined'].includes(typeof (metadata[key] ?? undefined));
}

/** The text under a metadata key; null if there is none, or it cannot be read. */
export function metadataValue(object: { readonly metadata?: unknown } | null | undefined, key: string): string | null {
	const value = isObject(object?.metadata) ? object.metadata[key] : null;
	return typeof value === 'string' ? value : null;
}

/** Whether a number can be a time: seconds since 1970, before the year 5138. */
export function isTime(seconds: unknown): seconds is number {
	return Number.isSafeInteger(seconds) && (seconds as number) >= 0 && (seconds as number) < 1e11;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === 'object' && value !== null;
}

/** What every listed object has. */
interface Listed {
	readonly id: string;
	readonly created: number;
}

/**
 * The page with entries that can be put in order: lists are read by ID and creation time. An entry without an ID is dropped; one without a
 * creation time gets that of its neighbour.
 * @param newest - the creation time of the first entry if no entry has one. Epoch seconds
 */
export function sortablePage<Item extends Listed>(
	page: Stripe.ApiList<Item>,
	newest: number,
	onProblem: (id: string | null) => void
): Stripe.ApiList<Item> {
	// Another function reports a page that is no list.
	if (!Array.isArray(page.data)) return page;
	let created = page.data.find((item) => isObject(item) && isTime(item.created))?.created ?? newest;
	const data: Item[] = [];
	for (const item of page.data as readonly (Item | null)[]) {
		if (!isObject(item) || typeof item.id !== 'string') {
			onProblem(null);
			continue;
		}
		if (isTime(item.created)) created = item.created;
		else onProblem(item.id);
		data.push(isTime(item.created) ? item : { ...item, created });
	}
	return { ...page, data };
}
