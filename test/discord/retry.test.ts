import { describe, expect, test } from 'vitest';
import { createRetryingRequest, DEFAULT_RETRY } from '../../src/discord/retry.js';
import { TooManyRequestsError } from '../../src/discord/untimed-rate-limit.js';

const { retries } = DEFAULT_RETRY;

type Request = Parameters<typeof createRetryingRequest>[0];

/** Fake timing: only sleeping advances the clock. */
function fakeTiming(random = 1) {
	const delays: number[] = [];
	let time = 0;
	const sleep = async (ms: number) => {
		delays.push(ms);
		time += ms;
	};
	const pass = (ms: number) => {
		time += ms;
	};
	return { delays, pass, now: () => time, sleep, random: () => random };
}

/** A 429 that says how long to wait. */
const TIMED = '429 with Retry-After';
type Scripted = number | typeof TIMED;

/** A request that responds with these statuses in order, then with 204; 0 is a lost connection. */
function responding(...statuses: Scripted[]) {
	const timing = fakeTiming();
	let lastError: unknown;
	let sent = 0;
	const request = (async () => {
		sent += 1;
		const status = statuses.shift() ?? 204;
		if (status === 0) throw new Error('socket hang up');
		return status === TIMED ? new Response(null, { status: 429, headers: { 'Retry-After': '0.3' } }) : new Response(null, { status });
	}) as unknown as NonNullable<Request>;
	const retrying = createRetryingRequest(request, { retries, ...timing });
	const send = (method = 'PUT', url = 'https://discord.test/role') =>
		retrying(url, { method }).then(
			({ status }) => status,
			(error: unknown) => {
				lastError = error;
				return 0;
			}
		);
	return { send, delays: timing.delays, pass: timing.pass, lastError: () => lastError, sent: () => sent };
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
		const timing = fakeTiming(0);
		const request = (async () => new Response(null, { status: 500 })) as unknown as NonNullable<Request>;
		await createRetryingRequest(request, { retries, ...timing })('https://discord.test', { method: 'GET' });
		expect(timing.delays).toEqual([150]);
	});

	test('turns undici’s UND_ERR_SOCKET into ECONNRESET, which discord.js retries', async () => {
		const lost = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
		const request = (async () => {
			throw lost;
		}) as unknown as NonNullable<Request>;
		const retrying = createRetryingRequest(request, { retries, ...fakeTiming() });
		await expect(retrying('https://discord.test', { method: 'GET' })).rejects.toMatchObject({ code: 'ECONNRESET', cause: lost });
	});
});

describe('createRetryingRequest after a 401', () => {
	const refusing = (headers: Record<string, string>) => {
		const request = (async () => new Response(null, { status: 401 })) as unknown as NonNullable<Request>;
		return createRetryingRequest(request, DEFAULT_RETRY)('https://discord.test', { method: 'GET', headers });
	};

	test('throws TokenRefusedError instead of passing the 401 on, so that discord.js keeps its token', async () => {
		await expect(refusing({ Authorization: 'Bot token' })).rejects.toMatchObject({ name: 'TokenRefusedError', status: 401 });
	});

	test('passes on a 401 to a request that carried no bot token', async () => {
		expect((await refusing({})).status).toBe(401);
	});
});

describe('createRetryingRequest after a 429 with Retry-After', () => {
	test('throws TooManyRequestsError after ten in a row, without delays of its own', async () => {
		const { send, delays, lastError } = responding(...Array.from({ length: 20 }, () => TIMED as Scripted));
		const statuses: number[] = [];
		for (let i = 0; i < 10; i++) statuses.push(await send());
		expect(statuses).toEqual([...Array(9).fill(429), 0]);
		expect(lastError()).toBeInstanceOf(TooManyRequestsError);
		expect((lastError() as Error).message).toBe('Discord rate-limited PUT https://discord.test/role 10 times in a row.');
		expect(delays).toEqual([]);
	});

	test('starts counting again after a success', async () => {
		const { send } = responding(...Array.from({ length: 6 }, () => [TIMED, TIMED, 204] as Scripted[]).flat());
		for (let i = 0; i < 6; i++) expect([await send(), await send(), await send()]).toEqual([429, 429, 204]);
	});
});

describe('createRetryingRequest after a 429 without Retry-After', () => {
	const endless = () => responding(...Array.from({ length: 100 }, () => 429));

	test('doubles the delay before each of five retries, then throws TooManyRequestsError', async () => {
		const { send, delays, lastError } = endless();
		for (let i = 0; i < 5; i++) expect(await send()).toBe(429);
		expect(await send()).toBe(0);
		expect(lastError()).toBeInstanceOf(TooManyRequestsError);
		expect(delays).toEqual([1_000, 2_000, 4_000, 8_000, 16_000]);
	});

	test('delays the requests to every other URL as well', async () => {
		const { send, delays } = responding(429, 204);
		await send('PUT', 'https://discord.test/one');
		expect(await send('GET', 'https://discord.test/two')).toBe(204);
		expect(delays).toEqual([1_000]);
	});

	test('counts the requests of one burst once', async () => {
		const { send, delays } = responding(429, 429, 429, 204);
		await Promise.all([send('PUT', '1'), send('PUT', '2'), send('PUT', '3')]);
		expect(await send()).toBe(204);
		expect(delays).toEqual([1_000]);
	});

	test('sends a handful of requests for a bulk fix of 30 people, not ten for each', async () => {
		const { send, sent } = endless();
		for (let person = 0; person < 30; person++) while ((await send('PUT', `https://discord.test/${person}`)) !== 0);
		expect(sent()).toBeLessThan(10);
	});

	test('sends again once the backoff is over, and recovers with the first other response', async () => {
		const { send, pass, delays } = responding(...Array(6).fill(429), 204, 429, 204);
		for (let i = 0; i < 6; i++) await send();
		expect(await send()).toBe(0);
		pass(32_000);
		expect(await send()).toBe(204);
		expect([await send(), await send()]).toEqual([429, 204]);
		expect(delays.at(-1)).toBe(1_000);
	});

	test('takes a Retry-After of zero for none', async () => {
		const request = (async () => new Response(null, { status: 429, headers: { 'Retry-After': '0' } })) as unknown as NonNullable<Request>;
		const timing = fakeTiming();
		const retrying = createRetryingRequest(request, { retries, ...timing });
		await retrying('https://discord.test', { method: 'GET' });
		await retrying('https://discord.test', { method: 'GET' });
		expect(timing.delays).toEqual([1_000]);
	});
});
