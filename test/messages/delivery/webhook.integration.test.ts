import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createWebhookCaller, type WebhookTarget } from '../../../src/messages/delivery/webhook.js';
import { toWebhookEvent } from '../../../src/messages/report/webhook.js';
import { createRedactor } from '../../../src/redaction/redactor.js';
import { AT, failedResult, issues, result } from '../fixtures.js';

const SECRET = `whsec_${Buffer.from('a planted secret of 32 bytes ok!').toString('base64')}`;

interface Call {
	readonly path: string;
	readonly headers: IncomingHttpHeaders;
	readonly body: string;
}

let server: Server;
let calls: Call[];
let answer: (response: ServerResponse) => void;

beforeEach(async () => {
	calls = [];
	answer = (response) => response.writeHead(204).end();
	server = createServer(async (request, response) => {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		calls.push({ path: request.url ?? '', headers: request.headers, body: Buffer.concat(chunks).toString() });
		answer(response);
	});
	await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
	server.closeAllConnections();
	await new Promise((resolve) => server.close(resolve));
});

const event = (given = result({ issues: issues(2) })) =>
	toWebhookEvent({ kind: 'run', result: given }, { id: '1_run_run1', at: AT, guildId: '1', reportUrl: null });

function caller(over: Partial<WebhookTarget> = {}, redact = (text: string) => text, deadlineMs?: number) {
	const { port } = server.address() as AddressInfo;
	const url = `http://127.0.0.1:${port}/hooks/planted-path-secret-1`;
	return createWebhookCaller({ url, secret: SECRET, format: 'json', ...over }, { body: redact, errors: redact }, deadlineMs);
}

/** The example of the documentation. */
async function documentedVerify() {
	const text = readFileSync(join(import.meta.dirname, '../../../docs/webhook.md'), 'utf8');
	const [, code = ''] = /```js\n(.*?)```/s.exec(text) ?? [];
	const module = (await import(`data:text/javascript,${encodeURIComponent(code)}`)) as {
		verify(secret: string, headers: IncomingHttpHeaders, body: string): boolean;
	};
	return module.verify;
}

describe('createWebhookCaller', () => {
	it('posts the event as JSON, signed so that the documented example accepts it and nothing else', async () => {
		await caller()(event());
		const [call] = calls as [Call];
		expect(call.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': '1_run_run1' });
		expect(JSON.parse(call.body)).toEqual(JSON.parse(JSON.stringify(event())));
		const verify = await documentedVerify();
		expect(verify(SECRET, call.headers, call.body)).toBe(true);
		expect(verify(SECRET, call.headers, `${call.body} `)).toBe(false);
		expect(verify(SECRET, { ...call.headers, 'webhook-id': 'another' }, call.body)).toBe(false);
		expect(verify(SECRET, { ...call.headers, 'webhook-timestamp': '1' }, call.body)).toBe(false);
		expect(verify(`whsec_${Buffer.alloc(32).toString('base64')}`, call.headers, call.body)).toBe(false);
		expect(verify(SECRET, { ...call.headers, 'webhook-signature': undefined }, call.body)).toBe(false);
	});

	it('sends no signature without a secret', async () => {
		await caller({ secret: null })(event());
		expect(calls[0]?.headers).not.toHaveProperty('webhook-signature');
	});

	it('posts a message for Slack', async () => {
		await caller({ format: 'slack' })(event());
		expect(JSON.parse(calls[0]?.body ?? '')).toMatchObject({
			text: 'Reeve found members with the wrong roles',
			blocks: [{ type: 'header' }, {}]
		});
	});

	it('signs what it sends: after the secrets were removed', async () => {
		const verify = await documentedVerify();
		const redact = createRedactor(['rk_live_planted1']);
		await caller({}, redact)(event(failedResult('Stripe refused "rk_live_planted1".')));
		const [call] = calls as [Call];
		expect(JSON.parse(call.body)).toMatchObject({ type: 'run.failed', run: { failure: 'Stripe refused "(hidden)".' } });
		expect(verify(SECRET, call.headers, call.body)).toBe(true);
	});

	it('does not follow a redirect', async () => {
		answer = (response) => response.writeHead(302, { location: '/elsewhere' }).end();
		await expect(caller()(event())).rejects.toThrow(/answered with a redirect \(HTTP 302\), which Reeve does not follow\. Set WEBHOOK_URL/);
		expect(calls.map(({ path }) => path)).toEqual(['/hooks/planted-path-secret-1']);
	});

	it.each([400, 410, 429, 500])('rejects with the host and without the URL on HTTP %i', async (status) => {
		answer = (response) => response.writeHead(status).end('secret words of the receiver');
		const error: Error = await caller()(event()).then(
			() => expect.unreachable(),
			(reason: Error) => reason
		);
		expect(error.message).toMatch(new RegExp(`^The webhook at 127\\.0\\.0\\.1:\\d+ answered with HTTP ${status}\\. Check`));
		expect(error.message).not.toContain('planted-path-secret');
	});

	it('rejects at its deadline when there is no answer', async () => {
		answer = () => {};
		await expect(caller({}, undefined, 50)(event())).rejects.toThrow('did not answer within 0.05 seconds');
	});

	it('does not wait for the end of an answer', async () => {
		answer = (response) => void response.writeHead(200).write('never ends');
		await expect(caller()(event())).resolves.toBeUndefined();
	});

	it('says that a host cannot be reached', async () => {
		await expect(caller({ url: 'http://127.0.0.1:1/hook' })(event())).rejects.toThrow('The webhook at 127.0.0.1:1 cannot be reached');
	});
});
