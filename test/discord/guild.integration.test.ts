import { afterEach, describe, expect, test, vi } from 'vitest';
import { createGuild } from '../../src/discord/guild.js';
import { roleCallOptions } from '../../src/discord/role-calls.js';
import { type ChangeGuard, type Guild, RoleChangeError, SourceError } from '../../src/reconciliation/domain/ports.js';
import type { Progress } from '../../src/reconciliation/domain/run.js';
import { DiscordFixture } from '../sandbox/discord/fixtures.js';

const ADA = '300000000000000001';
const managedRole = (name: string, wanted = name) => ({ name, wanted, setting: `DISCORD_${name.toUpperCase()}_ROLE` });
const WANTED = ['Knight', 'Lord', 'Debtor'].map((name) => managedRole(name));

let stage: DiscordFixture;
afterEach(() => stage.close());

/** The adapter over a real client. @param memory - stored role IDs by configured name */
async function guildOf(memory = new Map<string, string>(), wanted = WANTED, listingTimeoutMs?: number): Promise<Guild> {
	const client = await stage.bot();
	return createGuild({
		client,
		guildId: stage.discord.ids.guildId,
		wanted,
		memory: {
			loadManagedRoles: async () => new Map(memory),
			saveManagedRoles: async (role, id) => {
				memory.set(role, id);
			}
		},
		roleCalls: roleCallOptions((text) => text),
		listingTimeoutMs
	});
}

/** Sends every request. */
const always: ChangeGuard = async (send) => {
	await send();
	return true;
};

const ada = (...roles: string[]) => [{ id: ADA, username: 'ada', roles }];
const roleId = (name: string) => stage.discord.guild().roles.find((role) => role.name === name)?.id as string;
const heldByAda = () =>
	stage.discord
		.guild()
		.members.find(({ id }) => id === ADA)
		?.roles.sort();
const roleCalls = () =>
	stage.log.list().filter(({ target, method, path }) => target === 'discord' && method !== 'GET' && path.includes('/roles/'));

describe('problems', () => {
	test.each([
		['connection', 'is given by Discord to members who link an account'],
		['integration', 'belongs to an integration'],
		['subscription', 'is sold by Discord']
	] as const)('names a role that is bound to a %s, and does not blame the hierarchy', async (to, words) => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		stage.discord.bindRole('Knight', to);
		await vi.waitUntil(async () => (await guild.problems()).length > 0);
		expect(await guild.problems()).toEqual([{ blocks: 'runs', message: expect.stringContaining(`The role for Knight ${words}`) }]);
		const refusal = guild.addRole(ADA, 'Knight', 'because', always);
		await expect(refusal).rejects.toThrow(`The role for Knight ${words}`);
		await expect(refusal).rejects.toBeInstanceOf(RoleChangeError);
	});

	test('names two-factor authentication while the server requires it and the owner of the bot has none', async () => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		stage.discord.setTwoFactor({ required: true, ownerHas: false });
		await vi.waitUntil(async () => (await guild.problems()).length > 0);
		const words = 'requires two-factor authentication';
		expect(await guild.problems()).toEqual([{ blocks: 'fixes', message: expect.stringContaining(words), part: { kind: 'two-factor' } }]);
		await expect(guild.addRole(ADA, 'Knight', 'because', always)).rejects.toThrow(words);
		stage.discord.setTwoFactor({ required: true, ownerHas: true });
		expect(await guild.problems()).toEqual([]);
		await guild.addRole(ADA, 'Knight', 'because', always);
		expect(heldByAda()).toEqual(['Knight']);
	});

	test("names a clock that is 40 days ahead of Discord's, and none that is right or unknown", async () => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		stage.faults.add({ target: 'discord', kind: 'clock', offsetSeconds: -40 * 86_400, match: '/gateway', times: 1 });
		expect(await guild.problems()).toEqual([
			{ blocks: 'runs', message: expect.stringContaining("This machine's clock is 40 days ahead of Discord's") }
		]);
		expect(await guild.problems()).toEqual([]);
		stage.faults.add({ target: 'discord', kind: '500', match: '/gateway' });
		expect(await guild.problems()).toEqual([]);
	});
});

describe('resolveManagedRoles', () => {
	test('resolves a name once and knows the role by its ID from then on', async () => {
		stage = await DiscordFixture.open(ada('Knight'));
		const memory = new Map<string, string>();
		const guild = await guildOf(memory);
		expect((await guild.readMember(ADA))?.roles).toEqual(['Knight']);
		expect(memory.get('Knight')).toBe(roleId('Knight'));
		stage.discord.renameRole('Knight', 'Ritter');
		expect((await guild.readMember(ADA))?.roles).toEqual(['Knight']);
	});

	test('rejects a deleted role even when another role has its name by now', async () => {
		stage = await DiscordFixture.open(ada('Knight'));
		const memory = new Map([['Knight', '900000000000000001']]);
		const guild = await guildOf(memory);
		await expect(guild.readMember(ADA)).rejects.toThrow(/role for Knight .* no longer exists.*DISCORD_KNIGHT_ROLE/);
		expect(memory.get('Knight')).toBe('900000000000000001');
	});

	test('names all missing and ambiguous roles with their settings in one error', async () => {
		stage = await DiscordFixture.open();
		stage.discord.createRole({ name: 'Knight' });
		const guild = await guildOf(new Map(), [managedRole('Knight'), managedRole('Lord', 'Duke'), managedRole('Debtor')]);
		const failure = await guild.readRoster(() => {}).catch((error: unknown) => error as Error);
		expect(failure).toBeInstanceOf(SourceError);
		expect((failure as Error).message).toMatch(/2 roles named "Knight".*DISCORD_KNIGHT_ROLE/);
		expect((failure as Error).message).toMatch(/no role named "Duke".*DISCORD_LORD_ROLE/);
	});

	test('rejects two managed roles that resolve to the same role', async () => {
		stage = await DiscordFixture.open();
		const same = roleId('Knight');
		const guild = await guildOf(new Map(), [managedRole('Knight', same), managedRole('Lord', 'Knight')]);
		await expect(guild.readRoster(() => {})).rejects.toThrow(/Knight and Lord are the same role.*DISCORD_KNIGHT_ROLE, DISCORD_LORD_ROLE/);
	});
});

describe('readRoster', () => {
	test('lists all members with one gateway request, with managed roles only', async () => {
		const people = Array.from({ length: 1500 }, (_, index) => ({
			id: String(400000000000000000n + BigInt(index)),
			username: `p${index}`,
			bot: index === 7
		}));
		stage = await DiscordFixture.open([...ada('Knight', 'Moderator'), ...people]);
		const progress: Progress[] = [];
		const { members } = await (await guildOf()).readRoster((state) => progress.push(state));
		expect(members.size).toBe(1504);
		expect(members.get(ADA)).toEqual({
			...{ id: ADA, name: 'ada', username: null, globalName: null, bot: false, roles: ['Knight'] },
			joinedAt: expect.any(Date)
		});
		expect(members.get('400000000000000007')?.bot).toBe(true);
		expect(stage.log.list().filter(({ method }) => method === 'REQUEST_GUILD_MEMBERS')).toHaveLength(1);
		expect(progress.at(0)).toMatchObject({ source: 'discord', done: 1000, finished: false });
		expect(progress.at(-1)).toEqual({ source: 'discord', done: 1504, total: 1504, finished: true });
	});

	test('rejects a list with a missing chunk', async () => {
		stage = await DiscordFixture.open(
			Array.from({ length: 40 }, (_, index) => ({ id: String(400000000000000000n + BigInt(index)), username: `p${index}` }))
		);
		stage.faults.add({ target: 'gateway', kind: 'missing-chunk' });
		await expect((await guildOf(new Map(), WANTED, 100)).readRoster(() => {})).rejects.toThrow('sent 1 of 2 member chunks');
	});
});

describe('readMember', () => {
	test('bypasses the cache', async () => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		expect((await guild.readMember(ADA))?.roles).toEqual([]);
		stage.discord.changeRoles({ user: ADA, add: ['Lord'] });
		expect((await guild.readMember(ADA))?.roles).toEqual(['Lord']);
	});

	test('returns null for a user who is not a member, and rejects when Discord fails', async () => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		expect(await guild.readMember('300000000000000099')).toBeNull();
		stage.faults.add({ target: 'discord', kind: '500', match: 'GET *members*' });
		await expect(guild.readMember(ADA)).rejects.toBeInstanceOf(SourceError);
	});
});

describe('addRole and removeRole', () => {
	test('change one role by its own endpoint, with the reason in the audit log, and no other role', async () => {
		stage = await DiscordFixture.open(ada('Knight', 'Moderator'));
		const guild = await guildOf();
		await guild.addRole(ADA, 'Lord', 'run 1, issue 2 – ünïcode', always);
		await guild.removeRole(ADA, 'Knight', 'run 1', always);
		expect(heldByAda()).toEqual(['Lord', 'Moderator']);
		expect(roleCalls().map(({ method, path }) => `${method} ${path.split('/').at(-1)}`)).toEqual([
			`PUT ${roleId('Lord')}`,
			`DELETE ${roleId('Knight')}`
		]);
		expect(
			stage.discord
				.guild()
				.auditLog.map(({ reason }) => reason)
				.slice(-2)
		).toEqual(['run 1, issue 2 – ünïcode', 'run 1']);
	});

	test('truncate the reason to Discord’s limit without splitting a character', async () => {
		stage = await DiscordFixture.open(ada());
		await (await guildOf()).addRole(ADA, 'Lord', '👩‍🚀'.repeat(200), always);
		const { reason } = stage.discord.guild().auditLog.at(-1) as { reason: string };
		expect(encodeURIComponent(reason).length).toBeLessThanOrEqual(512);
		expect(encodeURIComponent(reason).length).toBeGreaterThan(512 - '%F0%9F%91%A9'.length);
		expect(reason.isWellFormed()).toBe(true);
	});

	test('distinguish the two causes of Discord’s Missing Permissions', async () => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		stage.discord.moveRole('Lord', 99);
		await expect(guild.addRole(ADA, 'Lord', 'r', always)).rejects.toThrow("Reeve's role is below Lord");
		stage.discord.setBotPermission('ManageRoles', false);
		await expect(guild.addRole(ADA, 'Knight', 'r', always)).rejects.toThrow(/lacks the permission Manage Roles/);
		expect(heldByAda()).toEqual([]);
	});
});

describe('problems', () => {
	test('reports a role above Reeve as blocking runs and a missing permission as blocking fixes', async () => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		expect(await guild.problems()).toEqual([]);
		stage.discord.moveRole('Lord', 99);
		stage.discord.setBotPermission('ManageRoles', false);
		await vi.waitFor(async () =>
			expect(await guild.problems()).toEqual([
				{
					blocks: 'runs',
					message: expect.stringContaining("Reeve's role is below Lord"),
					part: { kind: 'role-order', roleId: expect.any(String) }
				},
				{ blocks: 'fixes', message: expect.stringContaining('lacks the permission Manage Roles'), part: { kind: 'permissions' } }
			])
		);
		stage.discord.deleteRole('Knight');
		await vi.waitFor(async () =>
			expect(await guild.problems()).toEqual([{ blocks: 'runs', message: expect.stringMatching(/role for Knight .* no longer exists/) }])
		);
	});
});

describe('addRole', () => {
	test('rejects with an operator-readable message when the member has left', async () => {
		stage = await DiscordFixture.open(ada());
		const guild = await guildOf();
		stage.discord.kick(ADA);
		const refused = await guild.addRole(ADA, 'Lord', 'r', always).catch((error: unknown) => error);
		expect(refused).toBeInstanceOf(RoleChangeError);
		expect((refused as Error).message).toBe('This member has left the server.');
	});
});
