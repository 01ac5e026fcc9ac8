import type { DiscordAPIError } from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { DiscordFixture } from './fixtures.js';

let fixture: DiscordFixture;
afterEach(() => fixture.close());

const ada = { id: '1001', username: 'ada', roles: ['Knight'] };
const guildOf = async () => {
	const bot = await fixture.bot();
	const guild = bot.guilds.cache.get(fixture.discord.ids.guildId);
	if (!guild) throw new Error('no guild');
	return guild;
};

describe('guild members', () => {
	it('discord.js fetches all 2503 members in chunks', async () => {
		const users = Array.from({ length: 2500 }, (_, index) => ({ id: `${200000000000000000n + BigInt(index)}`, username: `p${index}` }));
		fixture = await DiscordFixture.open(users);
		const guild = await guildOf();
		const fetched = await guild.members.fetch();
		expect(fetched.size).toBe(2503);
		expect(guild.memberCount).toBe(2503);
		expect(fixture.log.list().map(({ target, method }) => `${target} ${method}`)).toEqual([
			'discord GET',
			'gateway IDENTIFY',
			'gateway REQUEST_GUILD_MEMBERS'
		]);
		expect(JSON.stringify(fixture.log.list())).not.toContain('sandbox-token');
	});

	it('adding and removing a role dispatches an event and writes the audit log', async () => {
		fixture = await DiscordFixture.open([ada]);
		const guild = await guildOf();
		const member = await guild.members.fetch('1001');
		const lord = guild.roles.cache.find((role) => role.name === 'Lord');
		const knight = guild.roles.cache.find((role) => role.name === 'Knight');
		if (!lord || !knight) throw new Error('no role');
		await member.roles.add(lord, 'run 1 – why é');
		await fixture.until(() => member.roles.cache.has(lord.id));
		await member.roles.remove(knight, 'run 1');
		await fixture.until(() => !member.roles.cache.has(knight.id));
		expect(fixture.discord.guild().members.find(({ id }) => id === '1001')?.roles).toEqual(['Lord']);
		expect(
			fixture.discord
				.guild()
				.auditLog.map(({ actionName, targetId, reason, changes }) => ({ actionName, targetId, reason, key: changes[0]?.key }))
		).toEqual([
			{ actionName: 'MemberRoleUpdate', targetId: '1001', reason: 'run 1 – why é', key: '$add' },
			{ actionName: 'MemberRoleUpdate', targetId: '1001', reason: 'run 1', key: '$remove' }
		]);
		const logs = await guild.fetchAuditLogs({ limit: 1 });
		expect(logs.entries.first()?.reason).toBe('run 1');
	});

	it('rejects roles above the bot, managed roles and unknown roles with their error codes', async () => {
		fixture = await DiscordFixture.open([ada]);
		const codeOf = async (path: string) => {
			const answer = await fixture.rest('PUT', `/guilds/${fixture.discord.ids.guildId}/members/${path}`);
			return [answer.status, ((await answer.json()) as { code: number }).code];
		};
		const id = (name: string) => fixture.discord.guild().roles.find((role) => role.name === name)?.id;
		expect(await codeOf(`1001/roles/${id('Operator')}`)).toEqual([403, 50013]);
		expect(await codeOf(`1001/roles/${id('Reeve')}`)).toEqual([403, 50013]);
		expect(await codeOf('1001/roles/999')).toEqual([404, 10011]);
		expect(await codeOf(`999/roles/${id('Lord')}`)).toEqual([404, 10007]);
		const managed = fixture.discord.createRole({ name: 'Booster', managed: true });
		expect(await codeOf(`1001/roles/${managed}`)).toEqual([400, 50028]);
		fixture.discord.moveRole('Lord', 6);
		expect(await codeOf(`1001/roles/${id('Lord')}`)).toEqual([403, 50013]);
		fixture.discord.setBotPermission('MANAGE_ROLES', false);
		expect(await codeOf(`1001/roles/${id('Knight')}`)).toEqual([403, 50013]);
	});

	it('dispatches joins, role changes, kicks and role edits to the bot', async () => {
		fixture = await DiscordFixture.open([ada]);
		const guild = await guildOf();
		await guild.members.fetch();
		fixture.discord.join({ id: '1002', username: 'bo', roles: ['Lord'] });
		await fixture.until(() => guild.members.cache.get('1002'));
		fixture.discord.changeRoles({ user: 'ada', add: ['Debtor'], remove: ['Knight'] });
		await fixture.until(() => guild.members.cache.get('1001')?.roles.cache.some((role) => role.name === 'Debtor'));
		fixture.discord.kick('bo');
		await fixture.until(() => !guild.members.cache.has('1002'));
		await expect(guild.members.fetch({ user: '1002', force: true })).rejects.toMatchObject({
			code: 10007
		} satisfies Partial<DiscordAPIError>);
		fixture.discord.renameRole('Lord', 'Duke');
		await fixture.until(() => guild.roles.cache.some((role) => role.name === 'Duke'));
		fixture.discord.deleteRole('Duke');
		await fixture.until(() => !guild.roles.cache.some((role) => role.name === 'Duke'));
	});

	it('adds operator and owner unless the world names them', async () => {
		fixture = await DiscordFixture.open([{ id: '77', username: 'operator' }]);
		const { members } = fixture.discord.guild();
		expect(members.filter(({ username }) => username === 'operator')).toMatchObject([{ id: '77', operator: true }]);
		expect(fixture.discord.ids.operatorId).toBe('77');
		expect(members.map(({ username }) => username).sort()).toEqual(['Reeve', 'operator', 'owner']);
	});

	it('lists members by page, one per page by default, and requires the Server Members intent', async () => {
		fixture = await DiscordFixture.open(Array.from({ length: 5 }, (_, index) => ({ id: `10${index}`, username: `p${index}` })));
		const list = async (query: string) => {
			const answer = await fixture.rest('GET', `/guilds/${fixture.discord.ids.guildId}/members${query}`);
			return ((await answer.json()) as { user: { id: string } }[]).map(({ user }) => user.id);
		};
		expect(await list('')).toEqual(['100']);
		expect(await list('?limit=2&after=101')).toEqual(['102', '103']);
		fixture.discord.setMemberIntent(false);
		expect((await fixture.rest('GET', `/guilds/${fixture.discord.ids.guildId}/members`)).status).toBe(403);
	});

	it('gives a role what the bot sets, but no permission that the bot lacks', async () => {
		fixture = await DiscordFixture.open();
		const guild = await guildOf();
		const role = await guild.roles.create({
			name: 'Squire',
			colors: { primaryColor: 0x336699 },
			hoist: true,
			permissions: ['ViewChannel']
		});
		expect([role.name, role.colors.primaryColor, role.hoist, role.permissions.toArray()]).toEqual([
			'Squire',
			0x336699,
			true,
			['ViewChannel']
		]);
		const edited = await role.edit({ mentionable: true, permissions: [] });
		expect([edited.name, edited.mentionable, edited.permissions.bitfield]).toEqual(['Squire', true, 0n]);
		const lacking = { code: 50013 } satisfies Partial<DiscordAPIError>;
		await expect(guild.roles.create({ name: 'King', permissions: ['Administrator'] })).rejects.toMatchObject(lacking);
		await expect(role.edit({ permissions: ['BanMembers'] })).rejects.toMatchObject(lacking);
		await expect(role.edit({ unicodeEmoji: '👑' })).rejects.toThrow('The sandbox does not emulate `unicode_emoji` in this request');
	});

	it('renames a member below the bot, with an event and an entry in the audit log', async () => {
		fixture = await DiscordFixture.open([ada]);
		const guild = await guildOf();
		const member = await guild.members.fetch('1001');
		const lacking = { code: 50013 } satisfies Partial<DiscordAPIError>;
		await expect(member.setNickname('Countess')).rejects.toMatchObject(lacking);
		fixture.discord.setBotPermission('ManageNicknames', true);
		await member.setNickname('Countess', 'as she asked');
		await fixture.until(() => guild.members.cache.get('1001')?.nickname === 'Countess');
		expect(fixture.discord.guild().auditLog.at(-1)).toMatchObject({
			actionName: 'MemberUpdate',
			targetId: '1001',
			reason: 'as she asked',
			changes: [{ key: 'nick', new_value: 'Countess' }]
		});
		await member.setNickname(null);
		expect((await guild.members.fetch({ user: '1001', force: true })).nickname).toBeNull();
		const operator = await guild.members.fetch(fixture.discord.ids.operatorId);
		await expect(operator.setNickname('Boss')).rejects.toMatchObject(lacking);
		await expect(member.timeout(1_000)).rejects.toThrow('The sandbox does not emulate `communication_disabled_until` in this request');
	});
});
