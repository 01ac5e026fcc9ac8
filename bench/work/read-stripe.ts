import { createBilling } from '../../src/stripe/billing.js';
import { LIVE_KEY } from '../ground/key.js';

/** Reads all of Stripe as a run does. */
export async function readStripe({
	apiUrl
}: {
	readonly apiUrl: string;
}): Promise<{ readonly wallMs: number; readonly subscriptions: number }> {
	const billing = createBilling({ secretKey: LIVE_KEY, apiUrl, discordIdKey: 'discord_id' });
	const began = performance.now();
	const snapshot = await billing.readAll(() => {});
	const wallMs = performance.now() - began;
	// Whatever holds them: a list, or something smaller that can be gone through.
	let subscriptions = 0;
	for (const _ of snapshot.subscriptions) subscriptions += 1;
	return { wallMs, subscriptions };
}
