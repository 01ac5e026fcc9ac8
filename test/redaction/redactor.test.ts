import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRedactor } from '../../src/redaction/redactor.js';

const KEY = 'rk_live_51Planted0123456789abcdefghij';

describe('createRedactor', () => {
	const redact = createRedactor([KEY]);

	it('returns a text without secrets unchanged, including backslashes', () => {
		for (const text of ['', 'all clear', 'C:\\new\\file \\"quoted\\"', 'rk_live_ is how keys begin']) expect(redact(text)).toBe(text);
		expect(createRedactor([])('a text')).toBe('a text');
		expect(createRedactor([''])('a text')).toBe('a text');
	});

	it('redacts every occurrence and nothing else', () => {
		expect(redact(`${KEY}: refused ${KEY}, ${KEY}${KEY}.`)).toBe('(hidden): refused (hidden), (hidden)(hidden).');
	});

	it('redacts a secret that contains another, in either order', () => {
		for (const secrets of [
			['hunter2', 'my-hunter2-pass'],
			['my-hunter2-pass', 'hunter2']
		])
			expect(createRedactor(secrets)('sent my-hunter2-pass and hunter2')).toBe('sent (hidden) and (hidden)');
	});

	it('redacts overlapping secrets as one', () => {
		expect(createRedactor(['abcdef', 'defghi', 'hijkl'])('<abcdefghijkl>')).toBe('<(hidden)>');
	});

	it('treats regular-expression and replacement characters literally', () => {
		const odd = 'a.*(b|c)[$&]+^?{2}$1';
		expect(createRedactor([odd])(`x${odd}y a..(b|c)`)).toBe('x(hidden)y a..(b|c)');
	});

	it.each([
		['JSON', JSON.stringify],
		['JSON within JSON', (value: unknown) => JSON.stringify(JSON.stringify(value))],
		['an inspected object', (value: unknown) => inspect(value)],
		['a URL', (value: { secret: string }) => `smtp://user:${encodeURIComponent(value.secret)}@host`],
		['a URL with lower-case escapes', (value: { secret: string }) => `smtp://user:${encodeURIComponent(value.secret).toLowerCase()}@host`],
		['markdown', (value: { secret: string }) => value.secret.replace(/[\\*~|`<[\]_]/g, '\\$&')]
	])('redacts a secret with quotes and backslashes in %s', (_, write) => {
		const secret = `pä"ss'wo\\rd\`*_<@é/+%`;
		const redacted = createRedactor([secret])(write({ secret }));
		expect(redacted).toContain('(hidden)');
		expect(redacted).not.toMatch(/ss.{0,4}wo/);
	});

	it.each(['', 'u', 'us', 'user'])('redacts a secret in base64 after the user “%s”', (user) => {
		for (const encoding of ['base64', 'base64url'] as const) {
			const header = Buffer.from(`${user}:${KEY}:more`).toString(encoding);
			const redacted = redact(`Authorization: Basic ${header}`);
			const left = redacted
				.replace('Authorization: Basic ', '')
				.split('(hidden)')
				.map((part) => Buffer.from(part, encoding).toString());
			expect(redacted).toContain('(hidden)');
			expect(left.join(' ')).not.toContain('Planted');
		}
	});

	it('redacts the beginning of a long secret in a truncated text', () => {
		expect(redact(`refused ${KEY.slice(0, 25)}…`)).toBe('refused (hidden)…');
		// Stripe's own error, which already hides the key.
		const stripeError = 'Invalid API Key provided: rk_live_(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)**fghij';
		expect(redact(stripeError)).toBe(stripeError);
	});

	it('keeps JSON valid and otherwise unchanged', () => {
		const secrets = ['"quoted"', '\\back\\slash', "it's", 'nl', 'plain-secret'];
		const body = { content: secrets.map((secret) => `x\n${secret}`).join('|'), many: secrets, nested: JSON.stringify(secrets) };
		const redacted = createRedactor(secrets)(JSON.stringify(body));
		expect(JSON.parse(redacted)).toMatchObject({ many: ['(hidden)', '(hidden)', '(hidden)', '(hidden)', '(hidden)'] });
		for (const secret of secrets) expect(redacted).not.toContain(secret);
		const left = JSON.parse(createRedactor([KEY])(JSON.stringify({ ...body, key: KEY })));
		expect(left).toEqual({ ...body, key: '(hidden)' });
	});

	it('redacts any secret anywhere', () => {
		const secrets = fc.array(fc.string({ minLength: 4, maxLength: 40 }), { minLength: 1, maxLength: 4 });
		fc.assert(
			fc.property(secrets, fc.string(), fc.string(), (all, before, after) => {
				// The replacement of one secret must not form another with its neighbours.
				fc.pre(!all.some((secret) => secret.replaceAll('\\', '') === ''));
				fc.pre(!all.some((secret) => /[(hiden)]/.test(secret)));
				const redacted = createRedactor(all)(before + all.join('') + after);
				for (const secret of all) expect(redacted).not.toContain(secret);
			})
		);
	});
});
