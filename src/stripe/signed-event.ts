import Stripe from 'stripe';
import { EventRefusedError, type ReadSignedEvent } from '../reconciliation/changes/signed-event.js';
import { concernsMembers, toBillingEvent } from './events.js';

/**
 * Reads events that Stripe sends to a webhook endpoint. The signature covers the body as it was sent, and its time: one that is older than five
 * minutes is refused.
 * @param secret - of the endpoint, `whsec_…`
 */
export function createSignedEventReader({
	secret,
	discordIdKey
}: {
	readonly secret: string;
	readonly discordIdKey: string;
}): ReadSignedEvent {
	return (body, signature) => {
		const event = verify(body, signature, secret);
		return concernsMembers(event.type) ? toBillingEvent(event, discordIdKey) : null;
	};
}

function verify(body: string, signature: string | null, secret: string): Stripe.Event {
	if (signature === null) throw new EventRefusedError('The header Stripe-Signature is missing: only Stripe calls this endpoint.');
	let event: Stripe.Event;
	try {
		event = Stripe.webhooks.constructEvent(body, signature, secret);
	} catch (error) {
		// The message quotes nothing of the body or the secret.
		const reason =
			error instanceof Stripe.errors.StripeSignatureVerificationError ? 'The signature does not match' : 'The body is not an event';
		throw new EventRefusedError(
			`${reason}. Set STRIPE_WEBHOOK_SECRET to the signing secret of this endpoint (Stripe Dashboard → Developers → Webhooks → the endpoint), and check that a proxy passes the body on unchanged and that this machine's clock is right.`,
			{ cause: error }
		);
	}
	if (typeof event?.id !== 'string' || typeof event.type !== 'string' || typeof event.created !== 'number')
		throw new EventRefusedError('The body is not an event.');
	return event;
}
