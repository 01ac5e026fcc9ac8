import type { DefaultRestOptions } from 'discord.js';
import { describe, expect, it, vi } from 'vitest';
import { createRedactingRequest } from '../../src/discord/redacting-request.js';

const SECRET = 'pl@nted secret';
const redact = (text: string) => text.replaceAll(SECRET, '(hidden)').replaceAll(encodeURIComponent(SECRET), '(hidden)');

type Init = Parameters<typeof DefaultRestOptions.makeRequest>[1];

/** The request as Discord receives it. */
async function sent(init: Init): Promise<Init> {
	const request = vi.fn<typeof DefaultRestOptions.makeRequest>();
	await createRedactingRequest(redact, request)('https://discord.com/api/v10/channels/1/messages', { method: 'POST', ...init });
	return request.mock.calls[0]?.[1] as Init;
}

describe('createRedactingRequest', () => {
	it('redacts the body and the audit-log reason, and keeps the token in the headers', async () => {
		const headers = { Authorization: `Bot ${SECRET}`, 'X-Audit-Log-Reason': encodeURIComponent(`for ${SECRET}`) };
		expect(await sent({ headers, body: JSON.stringify({ content: `it is ${SECRET}` }) })).toMatchObject({
			method: 'POST',
			headers: { Authorization: `Bot ${SECRET}`, 'X-Audit-Log-Reason': 'for%20(hidden)' },
			body: JSON.stringify({ content: 'it is (hidden)' })
		});
	});

	it('redacts text files of a form and leaves pictures unchanged', async () => {
		const form = new FormData();
		form.append('payload_json', JSON.stringify({ content: SECRET }));
		form.append('files[0]', new Blob([`name;${SECRET}`]), 'run.csv');
		form.append('files[1]', new Blob([SECRET], { type: 'image/png' }), 'chart.png');
		const body = (await sent({ body: form as NonNullable<Init['body']> })).body as FormData;
		expect(body.get('payload_json')).toBe('{"content":"(hidden)"}');
		const [csv, picture] = ['files[0]', 'files[1]'].map((name) => body.get(name) as File);
		expect([csv?.name, await csv?.text()]).toEqual(['run.csv', 'name;(hidden)']);
		expect([picture?.name, picture?.type, await picture?.text()]).toEqual(['chart.png', 'image/png', SECRET]);
	});

	it('leaves a request without body and reason unchanged', async () => {
		const init = { method: 'GET', headers: { Authorization: 'Bot token' }, body: null } as const;
		expect(await sent(init)).toEqual(init);
	});
});
