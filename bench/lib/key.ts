/** With a key of the live mode Reeve reads at its full rate. It opens nothing but the servers of the bench. */
export const LIVE_KEY = 'rk_live_this_opens_nothing_but_the_bench';

/** How many requests Reeve begins in a second with such a key. */
export const REEVES_RATE = 20;

/** How many requests Stripe takes in a second for one endpoint. */
export const STRIPES_RATE = 25;
