import * as z from 'zod';
import { errorSchema } from './errors.js';
import { type Route, route } from './route.js';

/** The endpoint that Stripe calls: its signature is its token. */

/** More than the largest event that Stripe sends. */
const MAX_EVENT_BYTES = 1024 * 1024;

export const STRIPE_EVENTS: Route = route({
	method: 'post',
	path: '/stripe/events',
	summary: 'Takes an event from Stripe: the customer is compared within seconds. The same event a second time changes nothing',
	guarded: false,
	body: z.looseObject({ id: z.string(), type: z.string() }),
	signatureHeader: 'Stripe-Signature',
	maxBodyBytes: MAX_EVENT_BYTES,
	responses: {
		200: { description: 'It is stored, or concerns no member.', schema: z.strictObject({ received: z.literal(true) }) },
		400: { description: 'Stripe did not sign it with STRIPE_WEBHOOK_SECRET.', schema: errorSchema },
		403: { description: 'STRIPE_WEBHOOK_SECRET is not set.', schema: errorSchema },
		503: { description: 'Reeve is starting or shutting down, or its database does not answer: Stripe sends it again.', schema: errorSchema }
	},
	handle: async ({ signed }, { receiveStripeEvent }) => {
		await receiveStripeEvent(signed.text, signed.signature);
		return { status: 200, body: { received: true } };
	}
});
