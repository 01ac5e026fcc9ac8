import { Client, type ClientOptions, PermissionFlagsBits } from 'discord.js';
import { afterEach, expect, test, vi } from 'vitest';
import { clientOptions } from '../../src/discord/client.js';
import { createGuild } from '../../src/discord/guild.js';
import { createNames } from '../../src/discord/names.js';
import { roleCallOptions } from '../../src/discord/role-calls.js';
import { DiscordFixture, TOKEN } from '../sandbox/discord/fixtures.js';

const id = (index: number) => String(400000000000000000n + BigInt(index));
const PEOPLE = Array.from({ length: 1500 }, (_, index) => ({ id: id(index), username: `p${index}` }));

let stage: DiscordFixture;
let client: Client;
afterEach(async () => {
	await client.destroy();
	await stage.close();
});

/** Logs in a client with Reeve's options. */
async function loggedInGuild() {
	stage = await DiscordFixture.open(PEOPLE);
	// The scheduled-tasks plugin augments ClientOptions for every client.
	client = new Client(clientOptions(`${stage.url}/api`, (text) => text) as ClientOptions);
	const ready = new Promise((resolve) => client.once('clientReady', resolve));
	await client.login(TOKEN);
	await ready;
	const guild = client.guilds.cache.get(stage.discord.ids.guildId);
	if (guild === undefined) throw new Error('no guild');
	return guild;
}

const memberRequests = () => stage.log.list().filter(({ method }) => method === 'REQUEST_GUILD_MEMBERS').length;

test('the client caches looked-up members only, up to its limit, and always itself', async () => {
	const guild = await loggedInGuild();
	const port = createGuild({
		client,
		guildId: guild.id,
		wanted: [{ name: 'Knight', wanted: 'Knight', setting: 'DISCORD_KNIGHT_ROLE' }],
		memory: { loadManagedRoles: async () => new Map(), saveManagedRoles: async () => {} },
		roleCalls: roleCallOptions((reason) => reason)
	});
	expect((await port.readRoster(() => {})).members.size).toBe(1503);
	expect(guild.members.cache.size).toBeLessThan(10);
	for (let from = 0; from < 500; from += 100) await guild.members.fetch({ user: PEOPLE.slice(from, from + 100).map((each) => each.id) });
	expect(guild.members.cache.size).toBeLessThanOrEqual(200);
	expect(client.users.cache.size).toBeLessThanOrEqual(200);
	expect(guild.members.me?.permissions.has(PermissionFlagsBits.ManageRoles)).toBe(true);
	expect(client.users.cache.has(client.user?.id ?? '')).toBe(true);
	expect(await port.problems()).toEqual([]);
	stage.discord.moveRole('Knight', 99);
	await vi.waitFor(async () =>
		expect((await port.problems()).map(({ message }) => message)).toEqual([expect.stringContaining("Reeve's role is below Knight")])
	);
});

test('createNames fetches a few names over REST, many in one gateway request, and none twice; members who left have none', async () => {
	const guild = await loggedInGuild();
	const namesOf = createNames(client, guild.id);
	const [few, many] = [[id(1), id(2)], PEOPLE.slice(10, 40).map((each) => each.id)];
	expect(await namesOf([...few, '499999999999999999', id(1)])).toEqual(
		new Map([
			[id(1), 'p1'],
			[id(2), 'p2']
		])
	);
	expect(memberRequests()).toBe(0);
	expect(await namesOf([...few, ...many])).toHaveProperty('size', 32);
	expect(memberRequests()).toBe(1);
	const before = stage.log.list().length;
	expect(await namesOf([...few, ...many])).toHaveProperty('size', 32);
	expect(await namesOf([])).toEqual(new Map());
	expect(stage.log.list()).toHaveLength(before);
});

test('createNames returns the cached names when Discord does not answer in time', async () => {
	const guild = await loggedInGuild();
	const namesOf = createNames(client, guild.id);
	await namesOf([id(1)]);
	stage.faults.add({ target: 'gateway', kind: 'rate-limited', retryAfter: 5 });
	stage.faults.add({ target: 'discord', kind: 'timeout', match: 'GET *members*' });
	const began = performance.now();
	expect(await namesOf([id(1), id(3)])).toEqual(new Map([[id(1), 'p1']]));
	expect(await namesOf(PEOPLE.slice(0, 20).map((each) => each.id))).toEqual(new Map([[id(1), 'p1']]));
	expect(performance.now() - began).toBeLessThan(4000);
});
