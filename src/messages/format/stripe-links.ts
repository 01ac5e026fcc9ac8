/** Links to Stripe's dashboard, in a text that is escaped already. */

/** The mode of an API key. Objects of test mode have other addresses. */
export type StripeMode = 'live' | 'test';

const DASHBOARDS: Readonly<Record<StripeMode, string>> = {
	live: 'https://dashboard.stripe.com',
	test: 'https://dashboard.stripe.com/test'
};

/** Of the IDs that the core's texts contain. An ID that was cut off is followed by an ellipsis. */
const ID = /\b(sub|cus)_[A-Za-z0-9_]+\b(?!…)/g;

const PAGES: Readonly<Record<string, string>> = { sub: 'subscriptions', cus: 'customers' };

export interface LinkOptions {
	/** Says "open in Stripe" instead: for a text that names the subscription otherwise. */
	readonly hideSubscriptionIds?: boolean;
	/** Default: live. */
	readonly mode?: StripeMode | undefined;
}

/**
 * Makes links of the IDs, the first ones first, as far as there is room.
 * @param max - of the resulting text
 */
export function linkStripeIds(text: string, max: number, { hideSubscriptionIds = false, mode = 'live' }: LinkOptions = {}): string {
	let length = text.length;
	return text.replace(ID, (id, kind: string) => {
		const link = `[${kind === 'sub' && hideSubscriptionIds ? 'open in Stripe' : id}](${DASHBOARDS[mode]}/${PAGES[kind]}/${id})`;
		if (length + link.length - id.length > max) return id;
		length += link.length - id.length;
		return link;
	});
}

/** Longer IDs than this are not Stripe's. */
const MAX_ID_LENGTH = 64;

/** "[Stripe](…)": the page of a customer. Empty for what is no customer ID. */
export function customerLink(customerId: string, mode: StripeMode = 'live'): string {
	if (!/^[\w-]+$/.test(customerId) || customerId.length > MAX_ID_LENGTH) return '';
	return `[Stripe](${DASHBOARDS[mode]}/customers/${customerId})`;
}
