import type Stripe from 'stripe';
import type { Ask } from './ask.js';
import type { Resource } from './errors.js';
import { PAGE_SIZE, pageOf } from './pages.js';

/** A look into a list at one moment: how dense it is there. It only helps to cut the list; what is in it is read afterwards. */
export interface Sounding {
	/** Looked at from here on, into the past. Epoch seconds; infinite for the newest page. */
	readonly from: number;
	/** How many objects were seen: a page at most. */
	readonly count: number;
	/** When the newest of them was created. Epoch seconds. */
	readonly newest: number;
	/** When the oldest of them was created. Epoch seconds. */
	readonly oldest: number;
	/** Whether there are older ones still. */
	readonly more: boolean;
}

const YEAR_SECONDS = 365 * 86_400;

export type CreatedBy = { readonly created?: { readonly lte: number } };

/**
 * Looks into a list at its newest page and at that of a year ago, at once.
 * @param nowSeconds - epoch
 * @returns the newest first
 * @throws {SourceError}
 */
export function takeSoundings(
	ask: Ask,
	resource: Resource,
	request: (stripe: Stripe, cut: CreatedBy & { readonly limit: number }) => Promise<Stripe.ApiList<{ readonly created: number }>>,
	nowSeconds: number
): Promise<readonly Sounding[]> {
	const moments = [Number.POSITIVE_INFINITY, nowSeconds - YEAR_SECONDS];
	return Promise.all(
		moments.map(async (from) => {
			const cut: CreatedBy = Number.isFinite(from) ? { created: { lte: from } } : {};
			const { data, has_more: more } = pageOf(resource, await ask(resource, (stripe) => request(stripe, { ...cut, limit: PAGE_SIZE })));
			return { from, count: data.length, newest: data[0]?.created ?? from, oldest: data.at(-1)?.created ?? from, more };
		})
	);
}
