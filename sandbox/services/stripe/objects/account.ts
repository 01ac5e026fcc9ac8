import type Stripe from 'stripe';

export const ACCOUNT = 'acct_sandbox';

const CREATED = Date.UTC(2020, 0, 1) / 1000;

export function accountObject(): Stripe.Account {
	return {
		id: ACCOUNT,
		object: 'account',
		business_type: 'company',
		charges_enabled: true,
		country: 'US',
		created: CREATED,
		default_currency: 'usd',
		details_submitted: true,
		email: 'council@example.com',
		metadata: {},
		payouts_enabled: true,
		type: 'standard'
	};
}

export function balanceObject(livemode: boolean): Stripe.Balance {
	const nothing = [{ amount: 0, currency: 'usd', source_types: { card: 0 } }];
	return { object: 'balance', available: nothing, livemode, pending: nothing };
}
