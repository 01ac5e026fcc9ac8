import { AuditLogEvent, type Client, Events, GatewayIntentBits, type GuildAuditLogsEntry } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiscordFixture } from './fixtures.js';

const ada = { id: '1001', username: 'ada', roles: ['Knight'] };
const mee6 = { id: '2001', username: 'MEE6', bot: true };

let fixture: DiscordFixture;
beforeEach(async () => {
	fixture = await DiscordFixture.open([ada, mee6]);
});
afterEach(() => fixture.close());

const guildOf = (bot: Client) => {
	const guild = bot.guilds.cache.get(fixture.discord.ids.guildId);
	if (!guild) throw new Error('no guild');
	return guild;
};

/** What the gateway reports to a bot with these intents. */
async function watch(intents: readonly GatewayIntentBits[]) {
	const bot = await fixture.bot([], undefined, intents);
	const entries: GuildAuditLogsEntry[] = [];
	bot.on(Events.GuildAuditLogEntryCreate, (entry) => entries.push(entry));
	return { bot, guild: guildOf(bot), entries };
}

describe('the audit log of the emulated Discord', () => {
	it('names who changed roles, with the roles and the reason, on the gateway and over REST', async () => {
		const { guild, entries } = await watch([GatewayIntentBits.GuildModeration]);
		fixture.discord.changeRoles({ user: 'ada', add: ['Lord'], remove: ['Knight'], by: 'MEE6', reason: 'level 5' });
		const entry = await fixture.until(() => entries[0]);
		expect([entry.action, entry.executorId, entry.targetId, entry.reason]).toEqual([
			AuditLogEvent.MemberRoleUpdate,
			'2001',
			'1001',
			'level 5'
		]);
		const lord = fixture.discord.guild().roles.find(({ name }) => name === 'Lord');
		expect(entry.changes[0]).toMatchObject({ key: '$add', new: [{ id: lord?.id, name: 'Lord' }] });
		expect(entry.changes[1]?.key).toBe('$remove');
		const logs = await guild.fetchAuditLogs({ type: AuditLogEvent.MemberRoleUpdate });
		expect(logs.entries.map(({ id, executor }) => [id, executor?.bot])).toEqual([[entry.id, true]]);
	});

	it('sends no entries without the intent, and none without View Audit Log', async () => {
		const without = await watch([]);
		const { bot, entries } = await watch([GatewayIntentBits.GuildModeration]);
		fixture.discord.setBotPermission('ViewAuditLog', false);
		const seen = entries.length;
		const arrived = new Promise((resolve) => bot.once(Events.GuildMemberUpdate, resolve));
		await guildOf(bot).members.fetch('1001');
		fixture.discord.changeRoles({ user: 'ada', add: ['Lord'] });
		await arrived;
		expect(entries.length).toBe(seen);
		expect(without.entries).toEqual([]);
		await expect(guildOf(bot).fetchAuditLogs()).rejects.toMatchObject({ code: 50013 });
	});

	it('pages by ID in both directions, filters, and forgets entries after 45 days', async () => {
		const { guild } = await watch([]);
		for (const role of ['Lord', 'Debtor']) fixture.discord.changeRoles({ user: 'ada', add: [role], by: 'MEE6' });
		fixture.discord.changeRoles({ user: 'ada', remove: ['Lord'] });
		const ids = fixture.discord.guild().auditLog.map(({ id }) => id);
		const fetched = async (options: Parameters<typeof guild.fetchAuditLogs>[0]) =>
			[...(await guild.fetchAuditLogs(options)).entries.keys()].sort();
		expect(await fetched({ after: ids[0] as string })).toEqual([ids[1], ids[2]]);
		expect(await fetched({ after: ids[0] as string, limit: 1 })).toEqual([ids[1]]);
		expect(await fetched({ before: ids[2] as string, limit: 1 })).toEqual([ids[1]]);
		expect(await fetched({ user: '2001' })).toEqual([ids[0], ids[1]]);
		expect(await fetched({ type: AuditLogEvent.RoleDelete })).toEqual([]);
		fixture.now = new Date(fixture.now.getTime() + 46 * 86_400_000);
		fixture.discord.changeRoles({ user: 'ada', remove: ['Debtor'] });
		expect((await guild.fetchAuditLogs()).entries.size).toBe(1);
	});

	it('has entries for kicks, bans, deleted roles and channels, and permissions, and none for who leaves or for a moved role', async () => {
		const { entries } = await watch([GatewayIntentBits.GuildModeration]);
		fixture.discord.moveRole('Lord', 5);
		fixture.discord.leave('ada');
		fixture.discord.join({ ...ada, roles: [] });
		fixture.discord.kick('ada', 'MEE6');
		fixture.discord.join({ ...ada, roles: [] });
		fixture.discord.ban('ada');
		fixture.discord.deleteRole('Lord', 'MEE6');
		fixture.discord.deleteChannel('reeve-admin', 'MEE6');
		fixture.discord.setBotPermission('ManageRoles', false);
		await fixture.until(() => entries.at(-1)?.action === AuditLogEvent.ChannelOverwriteCreate);
		expect(entries.map(({ action, executorId }) => [AuditLogEvent[action], executorId === '2001'])).toEqual([
			['MemberKick', true],
			['MemberBanAdd', false],
			['RoleDelete', true],
			['ChannelDelete', true],
			['RoleUpdate', false],
			['ChannelOverwriteCreate', false]
		]);
		expect(entries.find(({ action }) => action === AuditLogEvent.RoleUpdate)?.changes[0]?.key).toBe('permissions');
	});

	it('gives who rejoins a new time of joining, and no roles', async () => {
		const joinedAt = () => fixture.discord.guild().members.find(({ id }) => id === '1001')?.joinedAt;
		const before = joinedAt();
		fixture.discord.leave('ada');
		fixture.discord.join({ id: '1001', username: 'ada' });
		expect(joinedAt()).not.toBe(before);
		expect(fixture.discord.guild().members.find(({ id }) => id === '1001')?.roles).toEqual([]);
	});
});
