import type { Client, Guild } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { DiscordFixture } from './fixtures.js';

let fixture: DiscordFixture;
afterEach(() => fixture.close());

const ada = { id: '1001', username: 'ada' };
const guildOf = (bot: Client<true>): Guild => {
	const guild = bot.guilds.cache.get(fixture.discord.ids.guildId);
	if (!guild) throw new Error('no guild');
	return guild;
};
const member = () => `/guilds/${fixture.discord.ids.guildId}/members/1001`;
const rolePath = () => `${member()}/roles/${fixture.discord.guild().roles.find(({ name }) => name === 'Lord')?.id}`;
const rolesOfAda = () => fixture.discord.guild().members.find(({ id }) => id === '1001')?.roles;

describe('Discord rate limits', () => {
	it('sends bucket headers, and a 429 beyond the limit', async () => {
		fixture = await DiscordFixture.open([ada], { memberRoles: { limit: 2, seconds: 60 } });
		const first = await fixture.rest('PUT', rolePath());
		expect(Object.fromEntries(['limit', 'remaining'].map((name) => [name, first.headers.get(`x-ratelimit-${name}`)]))).toEqual({
			limit: '2',
			remaining: '1'
		});
		const second = await fixture.rest('DELETE', rolePath());
		expect(second.headers.get('x-ratelimit-bucket')).toBe(first.headers.get('x-ratelimit-bucket'));
		const third = await fixture.rest('PUT', rolePath());
		expect(third.status).toBe(429);
		expect(third.headers.get('x-ratelimit-scope')).toBe('user');
		expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(await third.json()).toMatchObject({ message: 'You are being rate limited.', global: false });
		expect(rolesOfAda()).toEqual([]);
	});

	it('enforces the global limit', async () => {
		fixture = await DiscordFixture.open([ada], { global: { limit: 1, seconds: 60 } });
		await fixture.rest('GET', member());
		const second = await fixture.rest('GET', '/users/@me');
		expect([second.status, second.headers.get('x-ratelimit-global'), second.headers.get('x-ratelimit-scope')]).toEqual([
			429,
			'true',
			'global'
		]);
	});

	it('rejects a second request for all members within the interval', async () => {
		fixture = await DiscordFixture.open([ada], { memberRequestSeconds: 30 });
		const guild = guildOf(await fixture.bot());
		await guild.members.fetch();
		await expect(guild.members.fetch()).rejects.toMatchObject({ name: 'GatewayRateLimitError' });
	});
});

describe('Discord faults', () => {
	it('ignore answers 204 without adding the role', async () => {
		fixture = await DiscordFixture.open([ada]);
		fixture.faults.add({ target: 'discord', kind: 'ignore', match: 'PUT */roles/*', times: 1 });
		expect((await fixture.rest('PUT', rolePath())).status).toBe(204);
		expect(rolesOfAda()).toEqual([]);
		await fixture.rest('PUT', rolePath());
		expect(rolesOfAda()).toEqual(['Lord']);
	});

	it('drop-after adds the role and drops the connection', async () => {
		fixture = await DiscordFixture.open([ada]);
		fixture.faults.add({ target: 'discord', kind: 'drop-after', match: '/roles/' });
		await expect(fixture.rest('PUT', rolePath())).rejects.toThrow();
		expect(rolesOfAda()).toEqual(['Lord']);
		expect(fixture.log.list().at(-1)?.status).toBe(0);
	});

	it('drop drops the connection without adding the role', async () => {
		fixture = await DiscordFixture.open([ada]);
		fixture.faults.add({ target: 'discord', kind: 'drop', match: '/roles/' });
		await expect(fixture.rest('PUT', rolePath())).rejects.toThrow();
		expect(rolesOfAda()).toEqual([]);
	});

	it('timeout never answers until the client disconnects', async () => {
		fixture = await DiscordFixture.open([ada]);
		fixture.faults.add({ target: 'discord', kind: 'timeout', times: 1 });
		const abort = new AbortController();
		const pending = fetch(`${fixture.url}/api/v10${member()}`, { signal: abort.signal });
		await fixture.until(() => fixture.log.list().length === 1);
		abort.abort();
		await expect(pending).rejects.toThrow();
		await fixture.until(() => fixture.log.list()[0]?.status === 0);
	});

	it.each([
		[{ kind: '429', retryAfter: 2 }, 429, { retry_after: 2 }],
		[{ kind: '500' }, 500, { code: 0 }],
		[{ kind: 'status', status: 403, body: { message: 'Missing Access', code: 50001 } }, 403, { code: 50001 }],
		[{ kind: 'missing-permission' }, 403, { code: 50013 }],
		[{ kind: 'empty' }, 200, []]
	])('%o answers with the matching status and body', async (fault, status, body) => {
		fixture = await DiscordFixture.open([ada]);
		fixture.faults.add({ target: 'discord', ...fault });
		const answer = await fixture.rest('GET', member());
		expect([answer.status, await answer.json()]).toEqual([status, Array.isArray(body) ? body : expect.objectContaining(body)]);
		expect(fixture.log.list().at(-1)).toMatchObject({ status, path: `/api/v10${member()}` });
	});

	it('truncate returns half of a list', async () => {
		fixture = await DiscordFixture.open([ada]);
		fixture.faults.add({ target: 'discord', kind: 'truncate' });
		const answer = await fixture.rest('GET', `/guilds/${fixture.discord.ids.guildId}/members?limit=1000`);
		expect(await answer.json()).toHaveLength(2);
	});

	it('rejects an audit-log reason that is too long and logs a valid one', async () => {
		fixture = await DiscordFixture.open([ada]);
		expect((await fixture.rest('PUT', rolePath(), undefined, { 'x-audit-log-reason': 'x'.repeat(513) })).status).toBe(400);
		await fixture.rest('PUT', rolePath(), undefined, { 'x-audit-log-reason': 'because%20%C3%A9' });
		expect(fixture.log.list().at(-1)?.reason).toBe('because é');
		expect(JSON.stringify(fixture.log.list())).not.toContain('authorization');
	});
});

describe('gateway with discord.js', () => {
	it('rejects a login with a wrong token or a disabled intent', async () => {
		fixture = await DiscordFixture.open();
		fixture.faults.add({
			target: 'discord',
			kind: 'status',
			status: 401,
			body: { message: '401: Unauthorized', code: 0 },
			match: 'gateway/bot',
			times: 1
		});
		await expect(fixture.client().login('sandbox-token')).rejects.toMatchObject({ code: 'TokenInvalid' });
		fixture.discord.setMemberIntent(false);
		await expect(fixture.client().login('sandbox-token')).rejects.toThrow('disallowed intents');
	});

	it('resumes after a dropped socket and replays the missed events', async () => {
		fixture = await DiscordFixture.open([ada]);
		const bot = await fixture.bot();
		await guildOf(bot).members.fetch();
		const resumed = new Promise<number>((resolve) => bot.once('shardResume', (_shard, count) => resolve(count)));
		fixture.faults.add({ target: 'gateway', kind: 'drop' });
		fixture.discord.changeRoles({ user: 'ada', add: ['Knight'] });
		expect(await resumed).toBe(2);
		await fixture.until(() =>
			guildOf(bot)
				.members.cache.get('1001')
				?.roles.cache.some(({ name }) => name === 'Knight')
		);
		expect(fixture.log.list().map(({ method }) => method)).toContain('RESUME');
	});

	it('makes the guild unavailable until the fault is cleared', async () => {
		fixture = await DiscordFixture.open([ada]);
		const bot = await fixture.bot();
		fixture.faults.add({ target: 'gateway', kind: 'unavailable' });
		await fixture.until(() => !guildOf(bot).available);
		fixture.faults.clear();
		await fixture.until(() => guildOf(bot).available);
	});

	it('missing-chunk drops members and rate-limited rejects the request with retry_after', async () => {
		fixture = await DiscordFixture.open([ada]);
		const guild = guildOf(await fixture.bot());
		fixture.faults.add({ target: 'gateway', kind: 'missing-chunk', times: 1 });
		fixture.faults.add({ target: 'gateway', kind: 'rate-limited', retryAfter: 7, after: 1, times: 1 });
		expect((await guild.members.fetch()).size).toBeLessThan(guild.memberCount);
		await expect(guild.members.fetch()).rejects.toMatchObject({ data: { retry_after: 7 } });
		expect((await guild.members.fetch()).size).toBe(guild.memberCount);
	});

	it('becomes ready once the bot has registered its commands', async () => {
		fixture = await DiscordFixture.open([ada]);
		const bot = await fixture.bot();
		expect(fixture.discord.ready).toBe(false);
		await bot.application.commands.set([{ name: 'hello', description: 'Hello' }], fixture.discord.ids.guildId);
		expect(fixture.discord.ready).toBe(true);
		await bot.destroy();
		await fixture.until(() => !fixture.discord.ready);

		const again = await fixture.bot();
		expect(fixture.discord.ready).toBe(false);
		await again.application.commands.fetch({ guildId: fixture.discord.ids.guildId });
		await fixture.discord.whenReady();
		const late = new AbortController();
		fixture.discord.expectRestart();
		const waiting = fixture.discord.whenReady(late.signal);
		late.abort(new Error('too long'));
		await expect(waiting).rejects.toThrow('too long');
	});

	it('closes the connection on oversized or invalid payloads', async () => {
		fixture = await DiscordFixture.open();
		const closes = (payload: string) =>
			new Promise<number>((resolve) => {
				const socket = new WebSocket(`${fixture.url.replace('http', 'ws')}/gateway?v=10&encoding=json`);
				socket.addEventListener('open', () => socket.send(payload));
				socket.addEventListener('close', ({ code }) => resolve(code));
			});
		expect(await closes('x'.repeat(5000))).toBe(4002);
		expect(await closes('{"op":99}')).toBe(4001);
		expect(await closes('{"op":8,"d":{}}')).toBe(4003);
		expect(await closes('{"op":2,"d":{"token":"wrong","intents":1,"properties":{}}}')).toBe(4004);
		expect(JSON.stringify(fixture.log.list())).not.toContain('wrong');
	});
});
