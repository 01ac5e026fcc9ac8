import Stripe from 'stripe';

/**
 * Deadline of one request, from the connection to the last byte of the response. A list page of 100 takes Stripe a second or two;
 * stripe-node's default of 80 s would stall a run for minutes.
 */
export const REQUEST_DEADLINE_MS = 30_000;

export interface ClientOptions {
	readonly secretKey: string;
	/** Protocol, host and port of Stripe or the sandbox. */
	readonly apiUrl: string;
	/** Of one request, in milliseconds. */
	readonly deadlineMs?: number | undefined;
	/** Receives the time that Stripe's clock showed when it sent a response. */
	readonly onServerTime?: (time: Date) => void;
}

/**
 * stripe-node without retries of its own: {@link createRequester} retries, at the rate limiter's pace.
 *
 * On `fetch`, because there stripe-node's timeout ends with the whole response. On Node's `http` it counts the time without any byte, so
 * that a response of one byte every few seconds would never end.
 */
export function createClient({ secretKey, apiUrl, deadlineMs = REQUEST_DEADLINE_MS, onServerTime = () => {} }: ClientOptions): Stripe {
	const url = new URL(apiUrl);
	const protocol = url.protocol === 'http:' ? 'http' : 'https';
	const fetchAndNoteTime: typeof fetch = async (input, init) => {
		const response = await fetch(input, init);
		const time = new Date(response.headers.get('date') ?? '');
		if (!Number.isNaN(time.getTime())) onServerTime(time);
		return response;
	};
	return new Stripe(secretKey, {
		protocol,
		host: url.hostname,
		port: url.port === '' ? (protocol === 'http' ? 80 : 443) : Number(url.port),
		timeout: deadlineMs,
		maxNetworkRetries: 0,
		telemetry: false,
		httpClient: Stripe.createFetchHttpClient(fetchAndNoteTime)
	});
}
