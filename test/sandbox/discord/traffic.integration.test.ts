import type { Client, Guild } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Stage } from './fixtures.js';

let stage: Stage;
afterEach(() => stage.close());

const ada = { id: '1001', username: 'ada' };
const guildOf = (bot: Client<true>): Guild => {
	const guild = bot.guilds.cache.get(stage.discord.ids.guildId);
	if (!guild) throw new Error('no guild');
	return guild;
};
const member = () => `/guilds/${stage.discord.ids.guildId}/members/1001`;
const rolePath = () => `${member()}/roles/${stage.discord.guild().roles.find(({ name }) => name === 'Lord')?.id}`;
const rolesOfAda = () => stage.discord.guild().members.find(({ id }) => id === '1001')?.roles;

describe('rate limits', () => {
	it('every answer says what is left; beyond it there is a 429', async () => {
		stage = await Stage.open([ada], { memberRoles: { limit: 2, seconds: 60 } });
		const first = await stage.rest('PUT', rolePath());
		expect(Object.fromEntries(['limit', 'remaining'].map((name) => [name, first.headers.get(`x-ratelimit-${name}`)]))).toEqual({
			limit: '2',
			remaining: '1'
		});
		const second = await stage.rest('DELETE', rolePath());
		expect(second.headers.get('x-ratelimit-bucket')).toBe(first.headers.get('x-ratelimit-bucket'));
		const third = await stage.rest('PUT', rolePath());
		expect(third.status).toBe(429);
		expect(third.headers.get('x-ratelimit-scope')).toBe('user');
		expect(Number(third.headers.get('retry-after'))).toBeGreaterThan(0);
		expect(await third.json()).toMatchObject({ message: 'You are being rate limited.', global: false });
		expect(rolesOfAda()).toEqual([]);
	});

	it('all requests together have a limit too', async () => {
		stage = await Stage.open([ada], { global: { limit: 1, seconds: 60 } });
		await stage.rest('GET', member());
		const second = await stage.rest('GET', '/users/@me');
		expect([second.status, second.headers.get('x-ratelimit-global'), second.headers.get('x-ratelimit-scope')]).toEqual([
			429,
			'true',
			'global'
		]);
	});

	it('a second request for everyone is refused while the first is fresh', async () => {
		stage = await Stage.open([ada], { memberRequestSeconds: 30 });
		const guild = guildOf(await stage.bot());
		await guild.members.fetch();
		await expect(guild.members.fetch()).rejects.toMatchObject({ name: 'GatewayRateLimitError' });
	});
});

describe('faults', () => {
	it('ignore: 204, and the role is not there', async () => {
		stage = await Stage.open([ada]);
		stage.faults.add({ target: 'discord', kind: 'ignore', match: 'PUT */roles/*', times: 1 });
		expect((await stage.rest('PUT', rolePath())).status).toBe(204);
		expect(rolesOfAda()).toEqual([]);
		await stage.rest('PUT', rolePath());
		expect(rolesOfAda()).toEqual(['Lord']);
	});

	it('drop-after: the role is there, and the answer is not', async () => {
		stage = await Stage.open([ada]);
		stage.faults.add({ target: 'discord', kind: 'drop-after', match: '/roles/' });
		await expect(stage.rest('PUT', rolePath())).rejects.toThrow();
		expect(rolesOfAda()).toEqual(['Lord']);
		expect(stage.log.list().at(-1)?.status).toBe(0);
	});

	it('drop: neither is there', async () => {
		stage = await Stage.open([ada]);
		stage.faults.add({ target: 'discord', kind: 'drop', match: '/roles/' });
		await expect(stage.rest('PUT', rolePath())).rejects.toThrow();
		expect(rolesOfAda()).toEqual([]);
	});

	it('timeout: no answer until the client hangs up', async () => {
		stage = await Stage.open([ada]);
		stage.faults.add({ target: 'discord', kind: 'timeout', times: 1 });
		const hangUp = new AbortController();
		const asked = fetch(`${stage.url}/api/v10${member()}`, { signal: hangUp.signal });
		await stage.until(() => stage.log.list().length === 1);
		hangUp.abort();
		await expect(asked).rejects.toThrow();
		await stage.until(() => stage.log.list()[0]?.status === 0);
	});

	it.each([
		[{ kind: '429', retryAfter: 2 }, 429, { retry_after: 2 }],
		[{ kind: '500' }, 500, { code: 0 }],
		[{ kind: 'status', status: 403, body: { message: 'Missing Access', code: 50001 } }, 403, { code: 50001 }],
		[{ kind: 'missing-permission' }, 403, { code: 50013 }],
		[{ kind: 'empty' }, 200, []]
	])('%o', async (fault, status, body) => {
		stage = await Stage.open([ada]);
		stage.faults.add({ target: 'discord', ...fault });
		const answer = await stage.rest('GET', member());
		expect([answer.status, await answer.json()]).toEqual([status, Array.isArray(body) ? body : expect.objectContaining(body)]);
		expect(stage.log.list().at(-1)).toMatchObject({ status, path: `/api/v10${member()}` });
	});

	it('truncate: half of the list is missing', async () => {
		stage = await Stage.open([ada]);
		stage.faults.add({ target: 'discord', kind: 'truncate' });
		const answer = await stage.rest('GET', `/guilds/${stage.discord.ids.guildId}/members?limit=1000`);
		expect(await answer.json()).toHaveLength(2);
	});

	it('a reason that is too long is refused, and one that is there is logged', async () => {
		stage = await Stage.open([ada]);
		expect((await stage.rest('PUT', rolePath(), undefined, { 'x-audit-log-reason': 'x'.repeat(513) })).status).toBe(400);
		await stage.rest('PUT', rolePath(), undefined, { 'x-audit-log-reason': 'because%20%C3%A9' });
		expect(stage.log.list().at(-1)?.reason).toBe('because é');
		expect(JSON.stringify(stage.log.list())).not.toContain('authorization');
	});
});

describe('the gateway', () => {
	it('a wrong token, and an intent that is switched off, end the login', async () => {
		stage = await Stage.open();
		stage.faults.add({
			target: 'discord',
			kind: 'status',
			status: 401,
			body: { message: '401: Unauthorized', code: 0 },
			match: 'gateway/bot',
			times: 1
		});
		await expect(stage.client().login('sandbox-token')).rejects.toMatchObject({ code: 'TokenInvalid' });
		stage.discord.setMemberIntent(false);
		await expect(stage.client().login('sandbox-token')).rejects.toThrow('disallowed intents');
	});

	it('a dropped socket is resumed, and nothing that happened meanwhile is lost', async () => {
		stage = await Stage.open([ada]);
		const bot = await stage.bot();
		await guildOf(bot).members.fetch();
		const resumed = new Promise<number>((resolve) => bot.once('shardResume', (_shard, count) => resolve(count)));
		stage.faults.add({ target: 'gateway', kind: 'drop' });
		stage.discord.changeRoles({ user: 'ada', add: ['Knight'] });
		expect(await resumed).toBe(2);
		await stage.until(() =>
			guildOf(bot)
				.members.cache.get('1001')
				?.roles.cache.some(({ name }) => name === 'Knight')
		);
		expect(stage.log.list().map(({ method }) => method)).toContain('RESUME');
	});

	it('an outage comes and goes', async () => {
		stage = await Stage.open([ada]);
		const bot = await stage.bot();
		stage.faults.add({ target: 'gateway', kind: 'unavailable' });
		await stage.until(() => !guildOf(bot).available);
		stage.faults.clear();
		await stage.until(() => guildOf(bot).available);
	});

	it('a missing chunk leaves members out; a refused request says when to come again', async () => {
		stage = await Stage.open([ada]);
		const guild = guildOf(await stage.bot());
		stage.faults.add({ target: 'gateway', kind: 'missing-chunk', times: 1 });
		stage.faults.add({ target: 'gateway', kind: 'rate-limited', retryAfter: 7, after: 1, times: 1 });
		expect((await guild.members.fetch()).size).toBeLessThan(guild.memberCount);
		await expect(guild.members.fetch()).rejects.toMatchObject({ data: { retry_after: 7 } });
		expect((await guild.members.fetch()).size).toBe(guild.memberCount);
	});

	it('is ready when the commands are there, and not before', async () => {
		stage = await Stage.open([ada]);
		const bot = await stage.bot();
		expect(stage.discord.ready).toBe(false);
		await bot.application.commands.set([{ name: 'hello', description: 'Hello' }], stage.discord.ids.guildId);
		expect(stage.discord.ready).toBe(true);
		await bot.destroy();
		await stage.until(() => !stage.discord.ready);

		const again = await stage.bot();
		expect(stage.discord.ready).toBe(false);
		await again.application.commands.fetch({ guildId: stage.discord.ids.guildId });
		await stage.discord.whenReady();
		const late = new AbortController();
		stage.discord.expectRestart();
		const waiting = stage.discord.whenReady(late.signal);
		late.abort(new Error('too long'));
		await expect(waiting).rejects.toThrow('too long');
	});

	it('payloads that are too large or make no sense end the connection', async () => {
		stage = await Stage.open();
		const closes = (payload: string) =>
			new Promise<number>((resolve) => {
				const socket = new WebSocket(`${stage.url.replace('http', 'ws')}/gateway?v=10&encoding=json`);
				socket.addEventListener('open', () => socket.send(payload));
				socket.addEventListener('close', ({ code }) => resolve(code));
			});
		expect(await closes('x'.repeat(5000))).toBe(4002);
		expect(await closes('{"op":99}')).toBe(4001);
		expect(await closes('{"op":8,"d":{}}')).toBe(4003);
		expect(await closes('{"op":2,"d":{"token":"wrong","intents":1,"properties":{}}}')).toBe(4004);
		expect(JSON.stringify(stage.log.list())).not.toContain('wrong');
	});
});
