import type { ObjectContext } from '../objects/subscription.js';
import type { Events } from './events.js';
import type { StripeStore } from './store.js';

/** What changes are made to. */
export interface StripeState {
	readonly store: StripeStore;
	readonly events: Events;
	readonly context: ObjectContext;
	readonly settings: BillingSettings;
	/** Dates the events, in epoch seconds: the time of this machine, also for a customer with a test clock. */
	readonly eventsAt: number;
}

/** The settings on Stripe's dashboard that decide what happens to a subscription. */
export interface BillingSettings {
	/** Once the last retry of a payment has failed. */
	readonly afterRetries: 'past_due' | 'unpaid' | 'cancel';
	/** Once a payment is disputed. */
	readonly onDispute: 'keep' | 'cancel' | 'cancel_at_period_end';
}

export const DEFAULT_SETTINGS: BillingSettings = { afterRetries: 'past_due', onDispute: 'keep' };
