import { describe, expect, test } from 'vitest';
import { createRetryingRequest, DEFAULT_RETRY, TooManyRequestsError } from '../../src/discord/retry.js';

const { retries } = DEFAULT_RETRY;

type Request = Parameters<typeof createRetryingRequest>[0];

/** A request that responds with these statuses in order; 0 is a lost connection. */
function responding(...statuses: number[]) {
	const delays: number[] = [];
	let lastError: unknown;
	const request = (async () => {
		const status = statuses.shift();
		if (status === 0) throw new Error('socket hang up');
		return new Response(null, { status: status ?? 204 });
	}) as unknown as NonNullable<Request>;
	const retrying = createRetryingRequest(request, { retries, sleep: async (ms) => void delays.push(ms), random: () => 1 });
	const send = (method = 'PUT', url = 'https://discord.test/role') =>
		retrying(url, { method }).then(
			({ status }) => status,
			(error: unknown) => {
				lastError = error;
				return 0;
			}
		);
	return { send, delays, lastError: () => lastError };
}

describe('createRetryingRequest after a failure', () => {
	test('doubles the delay with each consecutive failure', async () => {
		const { send, delays } = responding(503, 0, 500, 204);
		expect([await send(), await send(), await send(), await send()]).toEqual([503, 0, 500, 204]);
		expect(delays).toEqual([300, 600, 1200]);
	});

	test('resets the backoff after any response below 500', async () => {
		const { send, delays } = responding(500, 403, 500);
		for (let i = 0; i < 3; i++) await send();
		expect(delays).toEqual([300, 300]);
	});

	test('does not delay after the last retry, and starts over for the next request', async () => {
		const { send, delays } = responding(...Array.from({ length: retries + 2 }, () => 500));
		for (let i = 0; i <= retries; i++) await send();
		expect(delays).toHaveLength(retries);
		await send();
		expect(delays.at(-1)).toBe(300);
	});

	test('keeps a separate backoff per method and URL', async () => {
		const { send, delays } = responding(500, 500);
		await send('PUT');
		await send('DELETE');
		expect(delays).toEqual([300, 300]);
	});

	test('delays at least half of the backoff, whatever the jitter', async () => {
		const delays: number[] = [];
		const request = (async () => new Response(null, { status: 500 })) as unknown as NonNullable<Request>;
		await createRetryingRequest(request, { retries, sleep: async (ms) => void delays.push(ms), random: () => 0 })('https://discord.test', {
			method: 'GET'
		});
		expect(delays).toEqual([150]);
	});

	test('turns undici’s UND_ERR_SOCKET into ECONNRESET, which discord.js retries', async () => {
		const lost = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
		const request = (async () => {
			throw lost;
		}) as unknown as NonNullable<Request>;
		const retrying = createRetryingRequest(request, { retries, sleep: async () => {}, random: () => 1 });
		await expect(retrying('https://discord.test', { method: 'GET' })).rejects.toMatchObject({ code: 'ECONNRESET', cause: lost });
	});
});

describe('createRetryingRequest after a 401', () => {
	const refusing = (headers: Record<string, string>) => {
		const request = (async () => new Response(null, { status: 401 })) as unknown as NonNullable<Request>;
		return createRetryingRequest(request)('https://discord.test', { method: 'GET', headers });
	};

	test('throws TokenRefusedError instead of passing the 401 on, so that discord.js keeps its token', async () => {
		await expect(refusing({ Authorization: 'Bot token' })).rejects.toMatchObject({ name: 'TokenRefusedError', status: 401 });
	});

	test('passes on a 401 to a request that carried no bot token', async () => {
		expect((await refusing({})).status).toBe(401);
	});
});

describe('createRetryingRequest after a 429', () => {
	test('throws TooManyRequestsError after ten in a row, without delays of its own', async () => {
		const { send, delays, lastError } = responding(...Array.from({ length: 20 }, () => 429));
		const statuses: number[] = [];
		for (let i = 0; i < 10; i++) statuses.push(await send());
		expect(statuses).toEqual([...Array(9).fill(429), 0]);
		expect(lastError()).toBeInstanceOf(TooManyRequestsError);
		expect((lastError() as Error).message).toBe('Discord rate-limited PUT https://discord.test/role 10 times in a row.');
		expect(delays).toEqual([]);
	});

	test('starts counting again after a success', async () => {
		const { send } = responding(...Array.from({ length: 6 }, () => [429, 429, 204]).flat());
		for (let i = 0; i < 6; i++) expect([await send(), await send(), await send()]).toEqual([429, 429, 204]);
	});
});
