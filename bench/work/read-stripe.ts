import { createBilling } from '../../src/stripe/billing.js';
import { LIVE_KEY } from '../ground/key.js';

/** Reads all of Stripe as a run does. */
export async function readStripe({
	apiUrl
}: {
	readonly apiUrl: string;
}): Promise<{ readonly wallMs: number; readonly subscriptions: number }> {
	const billing = createBilling({ secretKey: LIVE_KEY, apiUrl, discordIdKey: 'discord_id' });
	let subscriptions = 0;
	const began = performance.now();
	await billing.readAll(({ source, done }) => {
		if (source === 'stripe') subscriptions = done;
	});
	return { wallMs: performance.now() - began, subscriptions };
}
