import { describe, expect, it } from 'vitest';
import { webhookCheck } from '../../../src/messages/delivery/webhook-check.js';

describe('webhookCheck', () => {
	const checked = (url: string | null, secret: string | null = null) =>
		webhookCheck(url === null ? null : { url, secret, format: 'json' }).run();

	it.each([null, 'https://hooks.example/reeve', 'http://127.0.0.1:8080/reeve', 'http://localhost/reeve', 'http://[::1]/reeve'])(
		'accepts %s',
		async (url) => {
			expect(await checked(url)).toMatchObject([{ verdict: 'ok' }]);
		}
	);

	it.each(['http://hooks.example/planted', 'http://10.0.0.1/planted', 'http://localhost.example/planted'])(
		'warns of %s, which is not encrypted, without its path',
		async (url) => {
			const [result] = await checked(url);
			expect(result).toMatchObject({ verdict: 'warning', message: expect.stringContaining(`on the way to ${new URL(url).host}`) });
			expect(result?.message).not.toContain('planted');
		}
	);

	it('says whether calls are signed', async () => {
		expect((await checked('https://hooks.example/'))[0]?.message).toMatch(/, unsigned\.$/);
		expect((await checked('https://hooks.example/', 'whsec_x'))[0]?.message).not.toContain('unsigned');
	});
});
