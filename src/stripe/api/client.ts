import Stripe from 'stripe';

/** Request timeout. A list page of 100 takes Stripe a second or two; stripe-node's default of 80 s would stall a run for minutes. */
export const TIMEOUT_MS = 20_000;

/**
 * stripe-node without retries of its own: {@link createRequester} retries, at the rate limiter's pace. stripe-node still resends once,
 * at once, when a kept-alive connection was closed before the request reached the server.
 */
class NonRetryingStripe extends Stripe {
	/** Seconds; overrides stripe-node's. */
	public override getInitialNetworkRetryDelay(): number {
		return 0;
	}
}

/**
 * @param apiUrl - protocol, host and port of Stripe or the sandbox
 * @param timeout - for one request, in milliseconds
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
