import { DefaultRestOptions, type RESTOptions } from 'discord.js';
import { backoffDelay, SYSTEM_TIMING, type Timing } from '../async/backoff.js';

/**
 * discord.js repeats a request that Discord could not answer (5xx, no answer) at once, which is when it is least likely to succeed:
 * this puts a pause before each repetition. It does not know a lost connection when it sees one, asks again for ever where Discord
 * says "too many requests", and forgets its token over one answer of 401, so that nothing works until the next start: all that has
 * an end here.
 */

export interface RetryOptions extends Pick<Timing, 'sleep' | 'random'> {
	/** Repetitions of one request, as discord.js counts them. */
	readonly retries: number;
	/** For one answer. */
	readonly timeoutMs: number;
}

export const DEFAULT_RETRY: RetryOptions = { ...SYSTEM_TIMING, retries: 4, timeoutMs: 15_000 };

const INITIAL_BACKOFF_MS = 300;

/** One request that is refused so often in a row, and each time waited as long as it was told, is not let through at all. */
const MAX_RATE_LIMIT_RETRIES = 10;

/** Nobody waits longer for a limit to end: a run would hang. */
export const MAX_RETRY_AFTER_MS = 60_000;

/** Discord refuses a request as one too many, again and again. */
export class TooManyRequestsError extends Error {
	public override readonly name = 'TooManyRequestsError';
}

/** Discord refuses the token. */
export class TokenRefusedError extends Error {
	public override readonly name = 'TokenRefusedError';
	/** By which discord.js tells a wrong token at the login. */
	public readonly status = 401;
}

/** Node's word for a lost connection, the one that discord.js repeats a request for; its own HTTP client has another. */
const CONNECTION_ERROR_CODES = 'ECONNRESET';
const UNDICI_CONNECTION_ERROR_CODES = 'UND_ERR_SOCKET';

/**
 * Makes requests as `request` does; after a failure, the answer is held back for a while that doubles each time. Half of it is
 * chance, so that requests that failed together do not come back together.
 */
export function createRetryingRequest(
	request: RESTOptions['makeRequest'] = DefaultRestOptions.makeRequest,
	{ retries, sleep, random }: Omit<RetryOptions, 'timeoutMs'> = DEFAULT_RETRY
): RESTOptions['makeRequest'] {
	/** Request → how often it has failed in a row. */
	const failures = new Map<string, number>();
	const failed = async (name: string) => {
		const before = failures.get(name) ?? 0;
		// Nobody repeats it after the last time.
		if (before >= retries) failures.delete(name);
		else {
			failures.set(name, before + 1);
			await sleep(backoffDelay(INITIAL_BACKOFF_MS, before, random));
		}
	};
	/** Request → how often it has been refused as one too many, in a row. */
	const refusals = new Map<string, number>();
	const refused = (name: string) => {
		const times = (refusals.get(name) ?? 0) + 1;
		if (times < MAX_RATE_LIMIT_RETRIES) {
			refusals.set(name, times);
			return;
		}
		refusals.delete(name);
		throw new TooManyRequestsError(`Discord has refused ${name} as one too many, ${times} times in a row.`);
	};
	return async (url, init) => {
		const name = `${init.method} ${url}`;
		const answer = await request(url, init).catch(async (error: unknown) => {
			await failed(name);
			throw isConnectionError(error)
				? Object.assign(new Error('The connection was lost.', { cause: error }), { code: CONNECTION_ERROR_CODES })
				: error;
		});
		if (answer.status >= 500) await failed(name);
		else failures.delete(name);
		if (answer.status === 401 && hasToken(init)) throw new TokenRefusedError('Discord refused the token.');
		if (answer.status === 429) refused(name);
		else refusals.delete(name);
		return answer;
	};
}

function isConnectionError(error: unknown): boolean {
	return error instanceof Error && 'code' in error && error.code === UNDICI_CONNECTION_ERROR_CODES;
}

/** Answers to interactions have a token of their own in their address, and go without the bot's. */
function hasToken({ headers }: Parameters<RESTOptions['makeRequest']>[1]): boolean {
	return Object.keys(headers ?? {}).some((name) => name.toLowerCase() === 'authorization');
}
