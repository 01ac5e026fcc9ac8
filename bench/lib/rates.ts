/** Reeve reads at its full rate only with a live-mode key. This one is accepted by the bench's servers only. */
export const LIVE_KEY = 'rk_live_this_opens_nothing_but_the_bench';

/** Requests per second that Reeve starts with a live key. */
export const REEVE_RATE = 20;

/** Stripe's limit per second and endpoint. */
export const STRIPE_RATE = 25;
