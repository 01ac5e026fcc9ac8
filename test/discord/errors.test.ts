import { DiscordAPIError, HTTPError } from 'discord.js';
import { describe, expect, it } from 'vitest';
import { readFailure } from '../../src/discord/errors.js';
import { loginFailure } from '../../src/discord/login.js';
import { inviteLink, notInvited } from '../../src/discord/permissions.js';
import { TooManyRequestsError } from '../../src/discord/untimed-rate-limit.js';

const refused = (status: number, body: object) =>
	new DiscordAPIError(body as never, (body as { code: number }).code, status, 'GET', 'https://discord.test', {});
const withCode = (code: string) => Object.assign(new Error('something'), { code });

describe('readFailure', () => {
	it.each<[string, unknown, string]>([
		[
			"keeps Discord's own reason",
			refused(400, { code: 40060, message: 'Acknowledged.' }),
			'Discord answered: Acknowledged. (code 40060).'
		],
		['names a page of a proxy', refused(403, new ArrayBuffer(8)), 'Discord answered with HTTP 403 and gave no reason; a proxy'],
		['names an outage', new HTTPError(503, 'x', 'GET', 'https://discord.test', {}), 'Discord answered with HTTP 503.'],
		['names a missed deadline', Object.assign(new Error('x'), { name: 'AbortError' }), 'Discord did not answer in time.'],
		['names a rate limit', new TooManyRequestsError('x'), 'Discord keeps rate-limiting Reeve.'],
		['names a lost connection', withCode('ECONNRESET'), 'Discord could not be reached (ECONNRESET).'],
		[
			'names a certificate',
			withCode('CERT_HAS_EXPIRED'),
			"Discord's certificate was not accepted (CERT_HAS_EXPIRED). Check this machine's clock"
		],
		[
			'does not call a malformed answer unreachable',
			new SyntaxError('Unexpected token <'),
			"Discord's answer could not be read (Unexpected token <)"
		],
		[
			'does not call an unexpected object unreachable',
			new TypeError('x is undefined'),
			"Discord's answer could not be read (x is undefined)"
		],
		['keeps any other reason', new Error('Members did not arrive.'), 'Discord could not be used: Members did not arrive.']
	])('%s', (_, error, message) => {
		expect(readFailure(error)).toContain(message);
	});
});

describe('loginFailure', () => {
	it.each<[unknown, string | null]>([
		[new Error('Unexpected server response: 200'), "Discord's gateway answered with HTTP 200 instead of opening a WebSocket."],
		[
			Object.assign(new Error('Parse Error: Expected HTTP/'), { code: 'HPE_INVALID_CONSTANT' }),
			'gave an answer that is no HTTP instead of'
		],
		[new Error('Opening handshake has timed out'), 'accepted the connection and did not answer instead of'],
		[new Error('Used disallowed intents'), 'Switch on "Server Members Intent"'],
		[withCode('ENOTFOUND'), 'Discord could not be reached (ENOTFOUND)'],
		[new TypeError('a bug'), null]
	])('describes %s', (error, message) => {
		expect(loginFailure(error)).toEqual(message === null ? null : expect.stringContaining(message));
	});
});

describe('inviteLink', () => {
	it('asks for exactly the permissions that Reeve uses, in its server', () => {
		const url = new URL(inviteLink('42', '7'));
		// View Channel, Send Messages, Embed Links, Attach Files, Read Message History, Manage Roles.
		const permissions = (1n << 10n) | (1n << 11n) | (1n << 14n) | (1n << 15n) | (1n << 16n) | (1n << 28n);
		expect(Object.fromEntries(url.searchParams)).toEqual({
			client_id: '42',
			scope: 'bot applications.commands',
			permissions: String(permissions),
			guild_id: '7',
			disable_guild_select: 'true'
		});
		expect(notInvited('42', '7')).toContain(url.href);
	});

	it('leaves the choice of the server open where none is known yet', () => {
		const open = new URL(inviteLink('42')).searchParams;
		expect([...open.keys()]).toEqual(['client_id', 'scope', 'permissions']);
		expect(open.get('permissions')).toBe(new URL(inviteLink('42', '7')).searchParams.get('permissions'));
	});
});
