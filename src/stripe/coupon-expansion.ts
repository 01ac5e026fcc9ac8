import Stripe from 'stripe';

/** Stripe expands at most four levels, so neither the coupon of an item's or a customer's discount nor the tiers of a price. */
const CUSTOMER = 'data.customer';
const COUPON = 'data.discounts.source.coupon';

/**
 * Lists subscriptions with their customers, and with the coupons of their discounts if the key may read those: no run fails for the lack of
 * them. The first request finds out; others wait for its answer, so that at most one is refused.
 */
export class CouponExpansion {
	/** Whether the key may read coupons; null while it is not known. */
	private allowed: Promise<boolean> | null = null;

	/** @throws any error of stripe-node, except that the key may not read coupons */
	public async list(stripe: Stripe, parameters: Stripe.SubscriptionListParams): Promise<Stripe.ApiList<Stripe.Subscription>> {
		const send = (withCoupons: boolean) =>
			stripe.subscriptions.list({ ...parameters, expand: withCoupons ? [CUSTOMER, COUPON] : [CUSTOMER] });
		if (this.allowed !== null) return send(await this.allowed);
		const first = send(true);
		const answer = first.then(
			() => true,
			(error: unknown) => {
				if (isRefused(error)) return false;
				this.allowed = null;
				return true;
			}
		);
		this.allowed = answer;
		return (await answer) ? first : send(false);
	}
}

function isRefused(error: unknown): boolean {
	if (error instanceof Stripe.errors.StripePermissionError) return true;
	return error instanceof Stripe.errors.StripeInvalidRequestError && /expand/.test(error.message);
}
