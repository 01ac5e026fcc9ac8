import Stripe from 'stripe';

/** A list page of 100 takes Stripe a second or two; the library's own 80 s would hold a run up for minutes. */
export const TIMEOUT_MS = 20_000;

/**
 * The library's client, but for its patience, which is {@link createAsk}'s business: it repeats nothing, save at once what it sent into
 * a connection that had been closed meanwhile.
 */
class NonRetryingStripe extends Stripe {
	/** Asked for by the library, in seconds. */
	public override getInitialNetworkRetryDelay(): number {
		return 0;
	}
}

/**
 * The library's client, talking to `apiUrl`.
 * @param apiUrl - protocol, host and port; Stripe's, or the sandbox's
 */
export function createClient(secretKey: string, apiUrl: string, timeout: number): Stripe {
	const url = new URL(apiUrl);
	const protocol = url.protocol === 'http:' ? 'http' : 'https';
	return new NonRetryingStripe(secretKey, {
		protocol,
		host: url.hostname.replace(/^\[|\]$/g, ''),
		port: url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port),
		timeout,
		maxNetworkRetries: 0,
		telemetry: false
	});
}
