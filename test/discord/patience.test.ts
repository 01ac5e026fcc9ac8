import { describe, expect, test } from 'vitest';
import { createPatientRequest, RETRIES } from '../../src/discord/patience.js';

type Request = Parameters<typeof createPatientRequest>[0];

/** A request that answers with these statuses, one after the other; 0 is a lost connection. */
function answering(...statuses: number[]) {
	const pauses: number[] = [];
	const request = (async () => {
		const status = statuses.shift();
		if (status === 0) throw new Error('socket hang up');
		return new Response(null, { status: status ?? 204 });
	}) as unknown as NonNullable<Request>;
	const patient = createPatientRequest(request, { pause: async (ms) => void pauses.push(ms), random: () => 1 });
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
		const { ask, pauses } = answering(...Array.from({ length: RETRIES + 2 }, () => 500));
		for (let i = 0; i <= RETRIES; i++) await ask();
		expect(pauses).toHaveLength(RETRIES);
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
		await createPatientRequest(request, { pause: async (ms) => void pauses.push(ms), random: () => 0 })('https://discord.test', {
			method: 'GET'
		});
		expect(pauses).toEqual([150]);
	});
});
