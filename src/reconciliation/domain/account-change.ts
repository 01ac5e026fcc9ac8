/**
 * Stripe gives what another account or mode would: `test-data` where the last good run read live data, or no subscription at all where it
 * read some. Nearly always the wrong key; an operator may accept it.
 */
export type AccountChange = 'test-data' | 'new-account';

/** What an operator types to accept it. */
export const ACCEPTED_BY_TYPING: Readonly<Record<AccountChange, string>> = { 'test-data': 'test data', 'new-account': 'new account' };

/** @param stripe - what Stripe gives now */
export function accountChange(
	stripe: { readonly livemode: boolean | null; readonly hasSubscriptions: boolean },
	lastGood: { readonly livemode: boolean | null; readonly subscriptionsRead: number } | null
): AccountChange | null {
	if (lastGood === null) return null;
	if (lastGood.livemode === true && stripe.livemode === false) return 'test-data';
	return !stripe.hasSubscriptions && lastGood.subscriptionsRead > 0 ? 'new-account' : null;
}
