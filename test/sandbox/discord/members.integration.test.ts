import type { DiscordAPIError } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { Stage } from './fixtures.js';

let stage: Stage;
afterEach(() => stage.close());

const ada = { id: '1001', username: 'ada', roles: ['Knight'] };
const guildOf = async () => {
	const bot = await stage.bot();
	const guild = bot.guilds.cache.get(stage.discord.ids.guildId);
	if (!guild) throw new Error('no guild');
	return guild;
};

describe('members', () => {
	it('a guild of 2500 arrives whole', async () => {
		const people = Array.from({ length: 2500 }, (_, index) => ({ id: `${200000000000000000n + BigInt(index)}`, username: `p${index}` }));
		stage = await Stage.open(people);
		const guild = await guildOf();
		const fetched = await guild.members.fetch();
		expect(fetched.size).toBe(2503);
		expect(guild.memberCount).toBe(2503);
		expect(stage.log.list().map(({ target, method }) => `${target} ${method}`)).toEqual([
			'discord GET',
			'gateway IDENTIFY',
			'gateway REQUEST_GUILD_MEMBERS'
		]);
		expect(JSON.stringify(stage.log.list())).not.toContain('sandbox-token');
	});

	it('a role is given and taken, with an event and a line in the audit log', async () => {
		stage = await Stage.open([ada]);
		const guild = await guildOf();
		const member = await guild.members.fetch('1001');
		const lord = guild.roles.cache.find((role) => role.name === 'Lord');
		const knight = guild.roles.cache.find((role) => role.name === 'Knight');
		if (!lord || !knight) throw new Error('no role');
		await member.roles.add(lord, 'run 1 – why é');
		await stage.until(() => member.roles.cache.has(lord.id));
		await member.roles.remove(knight, 'run 1');
		await stage.until(() => !member.roles.cache.has(knight.id));
		expect(stage.discord.guild().members.find(({ id }) => id === '1001')?.roles).toEqual(['Lord']);
		expect(
			stage.discord
				.guild()
				.auditLog.map(({ actionName, targetId, reason, changes }) => ({ actionName, targetId, reason, key: changes[0]?.key }))
		).toEqual([
			{ actionName: 'MemberRoleUpdate', targetId: '1001', reason: 'run 1 – why é', key: '$add' },
			{ actionName: 'MemberRoleUpdate', targetId: '1001', reason: 'run 1', key: '$remove' }
		]);
		const logs = await guild.fetchAuditLogs({ limit: 1 });
		expect(logs.entries.first()?.reason).toBe('run 1');
	});

	it('a role above the bot, a managed one and one that is gone are refused, each with its code', async () => {
		stage = await Stage.open([ada]);
		const codeOf = async (path: string) => {
			const answer = await stage.rest('PUT', `/guilds/${stage.discord.ids.guildId}/members/${path}`);
			return [answer.status, ((await answer.json()) as { code: number }).code];
		};
		const id = (name: string) => stage.discord.guild().roles.find((role) => role.name === name)?.id;
		expect(await codeOf(`1001/roles/${id('Operator')}`)).toEqual([403, 50013]);
		expect(await codeOf(`1001/roles/${id('Reeve')}`)).toEqual([403, 50013]);
		expect(await codeOf('1001/roles/999')).toEqual([404, 10011]);
		expect(await codeOf(`999/roles/${id('Lord')}`)).toEqual([404, 10007]);
		const managed = stage.discord.createRole({ name: 'Booster', managed: true });
		expect(await codeOf(`1001/roles/${managed}`)).toEqual([400, 50028]);
		stage.discord.moveRole('Lord', 6);
		expect(await codeOf(`1001/roles/${id('Lord')}`)).toEqual([403, 50013]);
		stage.discord.setBotPermission('MANAGE_ROLES', false);
		expect(await codeOf(`1001/roles/${id('Knight')}`)).toEqual([403, 50013]);
	});

	it('what happens to people reaches the bot', async () => {
		stage = await Stage.open([ada]);
		const guild = await guildOf();
		await guild.members.fetch();
		stage.discord.join({ id: '1002', username: 'bo', roles: ['Lord'] });
		await stage.until(() => guild.members.cache.get('1002'));
		stage.discord.changeRoles({ user: 'ada', add: ['Debtor'], remove: ['Knight'] });
		await stage.until(() => guild.members.cache.get('1001')?.roles.cache.some((role) => role.name === 'Debtor'));
		stage.discord.kick('bo');
		await stage.until(() => !guild.members.cache.has('1002'));
		await expect(guild.members.fetch({ user: '1002', force: true })).rejects.toMatchObject({
			code: 10007
		} satisfies Partial<DiscordAPIError>);
		stage.discord.renameRole('Lord', 'Duke');
		await stage.until(() => guild.roles.cache.some((role) => role.name === 'Duke'));
		stage.discord.deleteRole('Duke');
		await stage.until(() => !guild.roles.cache.some((role) => role.name === 'Duke'));
	});

	it('the operator and the owner are always there, and a world may name them', async () => {
		stage = await Stage.open([{ id: '77', username: 'operator' }]);
		const { members } = stage.discord.guild();
		expect(members.filter(({ username }) => username === 'operator')).toMatchObject([{ id: '77', operator: true }]);
		expect(stage.discord.ids.operatorId).toBe('77');
		expect(members.map(({ username }) => username).sort()).toEqual(['Reeve', 'operator', 'owner']);
	});

	it('members can be listed page by page, one at a time unless asked otherwise', async () => {
		stage = await Stage.open(Array.from({ length: 5 }, (_, index) => ({ id: `10${index}`, username: `p${index}` })));
		const list = async (query: string) => {
			const answer = await stage.rest('GET', `/guilds/${stage.discord.ids.guildId}/members${query}`);
			return ((await answer.json()) as { user: { id: string } }[]).map(({ user }) => user.id);
		};
		expect(await list('')).toEqual(['100']);
		expect(await list('?limit=2&after=101')).toEqual(['102', '103']);
		stage.discord.setMemberIntent(false);
		expect((await stage.rest('GET', `/guilds/${stage.discord.ids.guildId}/members`)).status).toBe(403);
	});
});
