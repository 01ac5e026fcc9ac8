import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../src/redaction/redactor.js';

const KEY = 'rk_live_51Planted0123456789abcdefghij';

describe('a mask', () => {
	const mask = createRedactor([KEY]);

	test('leaves a text without secrets as it is, backslashes and all', () => {
		for (const text of ['', 'all clear', 'C:\\new\\file \\"quoted\\"', 'rk_live_ is how keys begin']) expect(mask(text)).toBe(text);
		expect(createRedactor([])('a text')).toBe('a text');
		expect(createRedactor([''])('a text')).toBe('a text');
	});

	test('hides every occurrence, and nothing around it', () => {
		expect(mask(`${KEY}: refused ${KEY}, ${KEY}${KEY}.`)).toBe('(hidden): refused (hidden), (hidden)(hidden).');
	});

	test('hides a secret that stands in another one, whichever is named first', () => {
		for (const secrets of [
			['hunter2', 'my-hunter2-pass'],
			['my-hunter2-pass', 'hunter2']
		])
			expect(createRedactor(secrets)('said my-hunter2-pass and hunter2')).toBe('said (hidden) and (hidden)');
	});

	test('hides secrets that overlap to the end of the last', () => {
		expect(createRedactor(['abcdef', 'defghi', 'hijkl'])('<abcdefghijkl>')).toBe('<(hidden)>');
	});

	test('takes the signs of a regular expression, and of a replacement, for what they are', () => {
		const odd = 'a.*(b|c)[$&]+^?{2}$1';
		expect(createRedactor([odd])(`x${odd}y a..(b|c)`)).toBe('x(hidden)y a..(b|c)');
	});

	test.each([
		['JSON', JSON.stringify],
		['JSON within JSON', (value: unknown) => JSON.stringify(JSON.stringify(value))],
		['an inspected object', (value: unknown) => inspect(value)],
		['an address', (value: { secret: string }) => `smtp://user:${encodeURIComponent(value.secret)}@host`],
		['an address in small letters', (value: { secret: string }) => `smtp://user:${encodeURIComponent(value.secret).toLowerCase()}@host`],
		['markdown', (value: { secret: string }) => value.secret.replace(/[\\*~|`<[\]_]/g, '\\$&')]
	])('hides a secret with quotes and backslashes in %s', (_, write) => {
		const secret = `pä"ss'wo\\rd\`*_<@é/+%`;
		const masked = createRedactor([secret])(write({ secret }));
		expect(masked).toContain('(hidden)');
		expect(masked).not.toMatch(/ss.{0,4}wo/);
	});

	test.each(['', 'u', 'us', 'user'])('hides a secret in base64 behind the user “%s”', (user) => {
		for (const encoding of ['base64', 'base64url'] as const) {
			const header = Buffer.from(`${user}:${KEY}:more`).toString(encoding);
			const masked = mask(`Authorization: Basic ${header}`);
			const left = masked
				.replace('Authorization: Basic ', '')
				.split('(hidden)')
				.map((part) => Buffer.from(part, encoding).toString());
			expect(masked).toContain('(hidden)');
			expect(left.join(' ')).not.toContain('Planted');
		}
	});

	test('hides what is left of a long secret where the text was cut', () => {
		expect(mask(`refused ${KEY.slice(0, 25)}…`)).toBe('refused (hidden)…');
		// Stripe says which key it refused, and gives nothing away.
		const stripes = 'Invalid API Key provided: rk_live_(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)(hidden)**fghij';
		expect(mask(stripes)).toBe(stripes);
	});

	test('leaves JSON what it was but for the secret', () => {
		const secrets = ['"quoted"', '\\back\\slash', "it's", 'nl', 'plain-secret'];
		const body = { content: secrets.map((secret) => `x\n${secret}`).join('|'), many: secrets, nested: JSON.stringify(secrets) };
		const masked = createRedactor(secrets)(JSON.stringify(body));
		expect(JSON.parse(masked)).toMatchObject({ many: ['(hidden)', '(hidden)', '(hidden)', '(hidden)', '(hidden)'] });
		for (const secret of secrets) expect(masked).not.toContain(secret);
		const left = JSON.parse(createRedactor([KEY])(JSON.stringify({ ...body, key: KEY })));
		expect(left).toEqual({ ...body, key: '(hidden)' });
	});

	test('hides any secret anywhere', () => {
		const secrets = fc.array(fc.string({ minLength: 4, maxLength: 40 }), { minLength: 1, maxLength: 4 });
		fc.assert(
			fc.property(secrets, fc.string(), fc.string(), (all, before, after) => {
				// What stands in place of one secret must not make another with what stands beside it.
				fc.pre(!all.some((secret) => secret.replaceAll('\\', '') === ''));
				fc.pre(!all.some((secret) => /[(hiden)]/.test(secret)));
				const masked = createRedactor(all)(before + all.join('') + after);
				for (const secret of all) expect(masked).not.toContain(secret);
			})
		);
	});
});
