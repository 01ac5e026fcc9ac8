import { describe, expect, it } from 'vitest';
import { assertToken } from '../../src/http/token.js';
import { TOKEN } from './fixtures.js';

describe('assertToken', () => {
	it.each([`Bearer ${TOKEN}`, `bearer  ${TOKEN}`])('accepts %s', (header) => {
		expect(() => assertToken(TOKEN, header)).not.toThrow();
	});

	it.each([
		[null, 401, /Send the header "Authorization: Bearer/],
		['', 401, /Send the header/],
		[TOKEN, 401, /Send the header/],
		[`Basic ${TOKEN}`, 401, /Send the header/],
		['Bearer ', 401, /Send the header/],
		[`Bearer ${TOKEN} x`, 401, /Send the header/],
		[`Bearer ${TOKEN}x`, 401, /The token is wrong/],
		[`Bearer ${TOKEN.slice(1)}`, 401, /The token is wrong/]
	])('refuses %j', (header, status, message) => {
		expect(() => assertToken(TOKEN, header)).toThrow(expect.objectContaining({ status, message: expect.stringMatching(message) }));
	});

	it('refuses everything without a token in the settings, and says to set one', () => {
		for (const header of [null, 'Bearer null', 'Bearer undefined', `Bearer ${TOKEN}`])
			expect(() => assertToken(null, header)).toThrow(
				expect.objectContaining({ status: 403, message: expect.stringMatching(/Set HTTP_TOKEN to at least 16 characters/) })
			);
	});
});
