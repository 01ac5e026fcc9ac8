/** Links to Stripe's dashboard, in a text that is escaped already. */

const DASHBOARD = 'https://dashboard.stripe.com';

/** Of the IDs that the core's texts contain. An ID that was cut off is followed by an ellipsis. */
const ID = /\b(sub|cus)_[A-Za-z0-9_]+\b(?!…)/g;

const PAGES: Readonly<Record<string, string>> = { sub: 'subscriptions', cus: 'customers' };

/**
 * Makes links of the IDs, the first ones first, as far as there is room.
 * @param max - of the resulting text
 * @param options.hideSubscriptionIds - says "open in Stripe" instead: for a text that names the subscription otherwise
 */
export function linkStripeIds(text: string, max: number, { hideSubscriptionIds = false } = {}): string {
	let length = text.length;
	return text.replace(ID, (id, kind: string) => {
		const link = `[${kind === 'sub' && hideSubscriptionIds ? 'open in Stripe' : id}](${DASHBOARD}/${PAGES[kind]}/${id})`;
		if (length + link.length - id.length > max) return id;
		length += link.length - id.length;
		return link;
	});
}
