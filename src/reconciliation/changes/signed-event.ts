import type { BillingEvent } from './event-cursor.js';

/** A request that did not come from Stripe. `message`: why, and what to check. */
export class EventRefusedError extends Error {
	public override readonly name = 'EventRefusedError';
}

/** Reads an event that Stripe sends. @returns null for one that concerns no member @throws {EventRefusedError} if it is not signed by Stripe */
export type ReadSignedEvent = (body: string, signature: string | null) => BillingEvent | null;
