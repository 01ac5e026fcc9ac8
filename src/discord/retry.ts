import type { RESTOptions } from 'discord.js';
import { backoffDelay, SYSTEM_TIMING, type Timing } from '../async/backoff.js';
import { TooManyRequestsError, UntimedRateLimit } from './untimed-rate-limit.js';

/**
 * Works around five behaviours of discord.js's REST client:
 * 1. it retries a failed request (5xx, no response) at once: here each retry waits with exponential backoff;
 * 2. it does not retry undici's `UND_ERR_SOCKET`: here that becomes `ECONNRESET`, which it retries;
 * 3. it retries a 429 without limit: here at most {@link MAX_RATE_LIMIT_RETRIES} times in a row;
 * 4. it retries a 429 without `Retry-After` at once: see {@link UntimedRateLimit};
 * 5. it clears its token after one 401, so that every later request fails: here it sees an error instead of the 401.
 */

export interface RetryOptions extends Timing {
	/** Retries per request, as discord.js counts them. */
	readonly retries: number;
	/** Of one attempt, response included. */
	readonly deadlineMs: number;
}

export const DEFAULT_RETRY: RetryOptions = { ...SYSTEM_TIMING, retries: 4, deadlineMs: 15_000 };

const INITIAL_BACKOFF_MS = 300;

/** Consecutive 429s of one request, each after waiting as long as Discord asked. */
const MAX_RATE_LIMIT_RETRIES = 10;

/** Longest wait for a rate limit to end; a longer one would stall a run. */
export const MAX_RETRY_AFTER_MS = 60_000;

/** Discord refused the bot token. */
export class TokenRefusedError extends Error {
	public override readonly name = 'TokenRefusedError';
	/** discord.js recognises a wrong token at login by this status. */
	public readonly status = 401;
}

/** Node's code for a lost connection, which discord.js retries. */
const RETRIED_CODE = 'ECONNRESET';
/** undici's code for the same, which discord.js does not retry. */
const UNDICI_SOCKET_CODE = 'UND_ERR_SOCKET';

/** Wraps `request` with the workarounds above. Backoff delays the failed response, since discord.js retries as soon as it gets it. */
export function createRetryingRequest(
	request: RESTOptions['makeRequest'],
	{ retries, ...timing }: Omit<RetryOptions, 'deadlineMs'>
): RESTOptions['makeRequest'] {
	const untimedLimit = new UntimedRateLimit(timing);
	/** Consecutive failures by method and URL. */
	const failures = new Map<string, number>();
	const backOff = async (route: string) => {
		const attempt = failures.get(route) ?? 0;
		// discord.js makes no further attempt after the last retry.
		if (attempt >= retries) failures.delete(route);
		else {
			failures.set(route, attempt + 1);
			await timing.sleep(backoffDelay(INITIAL_BACKOFF_MS, attempt, timing.random));
		}
	};
	/** Consecutive 429s by method and URL. */
	const rateLimited = new Map<string, number>();
	const countRateLimit = (route: string) => {
		const times = (rateLimited.get(route) ?? 0) + 1;
		if (times < MAX_RATE_LIMIT_RETRIES) {
			rateLimited.set(route, times);
			return;
		}
		rateLimited.delete(route);
		throw new TooManyRequestsError(`Discord rate-limited ${route} ${times} times in a row.`);
	};
	return async (url, init) => {
		const route = `${init.method} ${url}`;
		await untimedLimit.wait();
		const response = await request(url, init).catch(async (error: unknown) => {
			await backOff(route);
			throw isSocketError(error) ? Object.assign(new Error('Connection lost.', { cause: error }), { code: RETRIED_CODE }) : error;
		});
		if (response.status >= 500) await backOff(route);
		else failures.delete(route);
		if (response.status === 401 && hasBotToken(init)) throw new TokenRefusedError('Discord refused the token.');
		if (response.status !== 429) {
			rateLimited.delete(route);
			untimedLimit.reset();
		} else if (Number(response.headers.get('Retry-After')) > 0) countRateLimit(route);
		else untimedLimit.hit();
		return response;
	};
}

function isSocketError(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === UNDICI_SOCKET_CODE;
}

/** Interaction responses carry their own token in the URL and no bot token. */
function hasBotToken({ headers }: Parameters<RESTOptions['makeRequest']>[1]): boolean {
	return Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'authorization');
}
