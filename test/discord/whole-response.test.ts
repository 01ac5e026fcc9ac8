import type { DefaultRestOptions } from 'discord.js';
import { describe, expect, it, vi } from 'vitest';
import { createWholeResponseRequest } from '../../src/discord/whole-response.js';

type Request = typeof DefaultRestOptions.makeRequest;

/** Responds with a stream. */
const answering = (body: ReadableStream | string | null, init: ResponseInit = {}) =>
	(async () => new Response(body, init)) as unknown as Request;

const URL = 'https://discord.test';

describe('createWholeResponseRequest', () => {
	it('returns a response with the same status, headers and body', async () => {
		const request = answering('{"id":"1"}', { status: 404, statusText: 'Not Found', headers: { 'Content-Type': 'application/json' } });
		const response = await createWholeResponseRequest(1_000, request)(URL, { method: 'GET' });
		expect([response.status, response.statusText, response.headers.get('content-type')]).toEqual([404, 'Not Found', 'application/json']);
		expect(await response.json()).toEqual({ id: '1' });
	});

	it('returns a response without a body', async () => {
		const response = await createWholeResponseRequest(1_000, answering(null, { status: 204 }))(URL, { method: 'PUT' });
		expect([response.status, response.ok, await response.text()]).toEqual([204, true, '']);
	});

	it.each([
		['its deadline', new AbortController().signal, 1],
		["discord.js's signal", AbortSignal.abort(), 60_000]
	])('ends a body that never ends by %s, with an AbortError', async (_, signal, deadlineMs) => {
		const request = (async (_url: string, init: RequestInit) => {
			const body = new ReadableStream({
				start: (controller) => init.signal?.addEventListener('abort', () => controller.error(new Error('aborted'))),
				pull: (controller) => (init.signal?.aborted ? controller.error(new Error('aborted')) : undefined)
			});
			return new Response(body);
		}) as unknown as Request;
		const response = createWholeResponseRequest(deadlineMs, request)(URL, { method: 'GET', signal });
		await expect(response).rejects.toMatchObject({ name: 'AbortError' });
	});

	it('passes on an error of the request itself', async () => {
		const lost = Object.assign(new Error('other side closed'), { code: 'UND_ERR_SOCKET' });
		const request = vi.fn<Request>().mockRejectedValue(lost);
		await expect(createWholeResponseRequest(1_000, request)(URL, { method: 'GET' })).rejects.toBe(lost);
	});
});
