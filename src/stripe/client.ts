import Stripe from 'stripe';

/** A list page of 100 takes Stripe a second or two; the library's own 80 s would hold a run up for minutes. */
const TIMEOUT_MS = 20_000;
/** For lost connections, conflicts and Stripe's own failures. Rate limits are {@link createAsk}'s business. */
const NETWORK_RETRIES = 2;

/**
 * The library's client, talking to `apiUrl`.
 * @param apiUrl - protocol, host and port; Stripe's, or the sandbox's
 */
export function createClient(secretKey: string, apiUrl: string): Stripe {
	const url = new URL(apiUrl);
	const protocol = url.protocol === 'http:' ? 'http' : 'https';
	return new Stripe(secretKey, {
		protocol,
		host: url.hostname.replace(/^\[|\]$/g, ''),
		port: url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port),
		timeout: TIMEOUT_MS,
		maxNetworkRetries: NETWORK_RETRIES,
		telemetry: false
	});
}
