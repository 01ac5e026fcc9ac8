import { describe, expect, test } from 'vitest';
import { createRetryingRequest, DEFAULT_RETRY } from '../../src/discord/retry.js';

const { retries } = DEFAULT_RETRY;

type Request = Parameters<typeof createRetryingRequest>[0];

/** A request that answers with these statuses, one after the other; 0 is a lost connection. */
function answering(...statuses: number[]) {
	const pauses: number[] = [];
	const request = (async () => {
		const status = statuses.shift();
		if (status === 0) throw new Error('socket hang up');
		return new Response(null, { status: status ?? 204 });
	}) as unknown as NonNullable<Request>;
	const patient = createRetryingRequest(request, { retries, sleep: async (ms) => void pauses.push(ms), random: () => 1 });
	const ask = (method = 'PUT', url = 'https://discord.test/role') =>
		patient(url, { method }).then(
			({ status }) => status,
			() => 0
		);
	return { ask, pauses };
}

describe('a request that Discord could not answer', () => {
	test('is repeated after a pause that doubles each time', async () => {
		const { ask, pauses } = answering(503, 0, 500, 204);
		expect([await ask(), await ask(), await ask(), await ask()]).toEqual([503, 0, 500, 204]);
		expect(pauses).toEqual([300, 600, 1200]);
	});

	test('begins anew after an answer, whatever the answer was', async () => {
		const { ask, pauses } = answering(500, 403, 500);
		for (let i = 0; i < 3; i++) await ask();
		expect(pauses).toEqual([300, 300]);
	});

	test('waits for nothing after the last time: the error comes at once', async () => {
		const { ask, pauses } = answering(...Array.from({ length: retries + 2 }, () => 500));
		for (let i = 0; i <= retries; i++) await ask();
		expect(pauses).toHaveLength(retries);
		await ask();
		expect(pauses.at(-1)).toBe(300);
	});

	test('does not hold up another one', async () => {
		const { ask, pauses } = answering(500, 500);
		await ask('PUT');
		await ask('DELETE');
		expect(pauses).toEqual([300, 300]);
	});

	test('pauses at least half as long, whatever chance says', async () => {
		const pauses: number[] = [];
		const request = (async () => new Response(null, { status: 500 })) as unknown as NonNullable<Request>;
		await createRetryingRequest(request, { retries, sleep: async (ms) => void pauses.push(ms), random: () => 0 })('https://discord.test', {
			method: 'GET'
		});
		expect(pauses).toEqual([150]);
	});

	test('whose connection was lost is repeated too: discord.js is told so in the word it knows', async () => {
		const lost = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
		const request = (async () => {
			throw lost;
		}) as unknown as NonNullable<Request>;
		const patient = createRetryingRequest(request, { retries, sleep: async () => {}, random: () => 1 });
		await expect(patient('https://discord.test', { method: 'GET' })).rejects.toMatchObject({ code: 'ECONNRESET', cause: lost });
	});
});

describe('a token that Discord refuses once', () => {
	const refusing = (headers: Record<string, string>) => {
		const request = (async () => new Response(null, { status: 401 })) as unknown as NonNullable<Request>;
		return createRetryingRequest(request)('https://discord.test', { method: 'GET', headers });
	};

	test('is not forgotten: discord.js sees no 401', async () => {
		await expect(refusing({ Authorization: 'Bot token' })).rejects.toMatchObject({ name: 'TokenRefusedError', status: 401 });
	});

	test('is none where it was not sent: an interaction whose time is up says so itself', async () => {
		expect((await refusing({})).status).toBe(401);
	});
});

describe('a request that Discord refuses as one too many', () => {
	test('is not asked again for ever', async () => {
		const { ask, pauses } = answering(...Array.from({ length: 20 }, () => 429));
		const answers: number[] = [];
		for (let i = 0; i < 10; i++) answers.push(await ask());
		expect(answers).toEqual([...Array(9).fill(429), 0]);
		expect(pauses).toEqual([]);
	});

	test('may be refused now and then', async () => {
		const { ask } = answering(...Array.from({ length: 6 }, () => [429, 429, 204]).flat());
		for (let i = 0; i < 6; i++) expect([await ask(), await ask(), await ask()]).toEqual([429, 429, 204]);
	});
});
