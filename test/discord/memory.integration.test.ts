import { Client, type ClientOptions, PermissionFlagsBits } from 'discord.js';
import { afterEach, expect, test, vi } from 'vitest';
import { clientOptions } from '../../src/discord/client.js';
import { createGuild } from '../../src/discord/guild.js';
import { createNames } from '../../src/discord/names.js';
import { Stage, TOKEN } from '../sandbox/discord/fixtures.js';

const id = (index: number) => String(400000000000000000n + BigInt(index));
const PEOPLE = Array.from({ length: 1500 }, (_, index) => ({ id: id(index), username: `p${index}` }));

let stage: Stage;
let client: Client;
afterEach(async () => {
	await client.destroy();
	await stage.close();
});

/** A client that keeps what Reeve's keeps. */
async function reevesClient() {
	stage = await Stage.open(PEOPLE);
	// A plugin of the framework asks for more in every client, also in one that does not use it.
	client = new Client(clientOptions(`${stage.url}/api`, (text) => text) as ClientOptions);
	const ready = new Promise((resolve) => client.once('clientReady', resolve));
	await client.login(TOKEN);
	await ready;
	const guild = client.guilds.cache.get(stage.discord.ids.guildId);
	if (guild === undefined) throw new Error('no guild');
	return guild;
}

const asked = () => stage.log.list().filter(({ method }) => method === 'REQUEST_GUILD_MEMBERS').length;

test('whoever is listed is not kept, whoever is looked up is for a while, and Reeve always knows its own rank', async () => {
	const guild = await reevesClient();
	const reader = createGuild({
		client,
		guildId: guild.id,
		wanted: [{ name: 'Knight', wanted: 'Knight' }],
		memory: { loadManagedRoles: async () => new Map(), saveManagedRoles: async () => {} }
	});
	expect((await reader.readRoster(() => {})).members.size).toBe(1503);
	expect(guild.members.cache.size).toBeLessThan(10);
	for (let from = 0; from < 500; from += 100) await guild.members.fetch({ user: PEOPLE.slice(from, from + 100).map((each) => each.id) });
	expect(guild.members.cache.size).toBeLessThanOrEqual(200);
	expect(client.users.cache.size).toBeLessThanOrEqual(200);
	expect(guild.members.me?.permissions.has(PermissionFlagsBits.ManageRoles)).toBe(true);
	expect(client.users.cache.has(client.user?.id ?? '')).toBe(true);
	expect(await reader.problems()).toEqual([]);
	stage.discord.moveRole('Knight', 99);
	await vi.waitFor(async () =>
		expect((await reader.problems()).map(({ message }) => message)).toEqual([expect.stringContaining("Reeve's role is below Knight")])
	);
});

test('names are looked up once, few one by one and many together; those who are not there have none', async () => {
	const guild = await reevesClient();
	const namesOf = createNames(client, guild.id);
	const [few, many] = [[id(1), id(2)], PEOPLE.slice(10, 40).map((each) => each.id)];
	expect(await namesOf([...few, '499999999999999999', id(1)])).toEqual(
		new Map([
			[id(1), 'p1'],
			[id(2), 'p2']
		])
	);
	expect(asked()).toBe(0);
	expect(await namesOf([...few, ...many])).toHaveProperty('size', 32);
	expect(asked()).toBe(1);
	const before = stage.log.list().length;
	expect(await namesOf([...few, ...many])).toHaveProperty('size', 32);
	expect(await namesOf([])).toEqual(new Map());
	expect(stage.log.list()).toHaveLength(before);
});

test('a name that Discord does not tell in a moment is not waited for', async () => {
	const guild = await reevesClient();
	const namesOf = createNames(client, guild.id);
	await namesOf([id(1)]);
	stage.faults.add({ target: 'gateway', kind: 'rate-limited', retryAfter: 5 });
	stage.faults.add({ target: 'discord', kind: 'timeout', match: 'GET *members*' });
	const began = performance.now();
	expect(await namesOf([id(1), id(3)])).toEqual(new Map([[id(1), 'p1']]));
	expect(await namesOf(PEOPLE.slice(0, 20).map((each) => each.id))).toEqual(new Map([[id(1), 'p1']]));
	expect(performance.now() - began).toBeLessThan(4000);
});
