import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Client, type Guild, type Interaction, MessageFlags, Routes, type TextChannel } from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OPERATIONS, type Operation, operationOf } from './description/description.js';
import { differencesOf } from './description/exchanges.js';
import { commands, embed, layout, modal, picture, report, rows } from './description/samples.js';
import { DiscordFixture } from './fixtures.js';

const README = readFileSync(join(import.meta.dirname, '../../../sandbox/services/README.md'), 'utf8');

let fixture: DiscordFixture;
beforeEach(async () => {
	fixture = await DiscordFixture.open([
		{ id: '1001', username: 'ada', roles: ['Knight'] },
		{ id: '1002', username: 'mallory' }
	]);
});
/** Fails if a request or a response was not as described. */
afterEach(() => fixture.close());

async function useApplication(bot: Client<true>): Promise<void> {
	await bot.application.fetch();
	await bot.rest.get(Routes.user());
	await bot.users.fetch('1001', { force: true });
	await bot.guilds.fetch();
	await bot.rest.get(Routes.gateway());
	await bot.rest.get(Routes.oauth2CurrentApplication());
	const all = bot.application.commands;
	for (const guildId of [undefined, fixture.discord.ids.guildId] as string[]) {
		const made = await all.create({ name: 'temporary', description: 'T', nameLocalizations: { de: 'vorübergehend' } }, guildId);
		await all.edit(made.id, { description: 'Changed', defaultMemberPermissions: 32n }, guildId);
		await all.fetch(made.id, { guildId, force: true });
		await all.delete(made.id, guildId);
		await all.set(commands, guildId);
		await all.fetch({ guildId, withLocalizations: true });
	}
}

async function useGuild(guild: Guild): Promise<void> {
	await guild.fetch();
	await guild.channels.fetch();
	await guild.channels.fetch(fixture.discord.ids.adminChannelId, { force: true });
	await guild.roles.fetch();
	await guild.roles.fetch(guild.id, { force: true });
	const role = await guild.roles.create({
		name: 'Squire',
		colors: { primaryColor: 0x336699 },
		hoist: true,
		mentionable: true,
		permissions: 1024n
	});
	await role.edit({ name: 'Page', hoist: false });
	await guild.members.list({ limit: 10 });
	await guild.members.search({ query: 'ada' });
	const ada = await guild.members.fetch({ user: '1001', force: true });
	await ada.roles.add(role);
	await ada.roles.remove(role, 'no longer');
	await ada.setNickname('Countess');
	await guild.members.editMe({ nick: 'Sheriff' });
	await ada.roles.set([role]);
	await role.delete();
	await guild.members.kick('1002', 'spam');
	fixture.discord.setBotPermission('EmbedLinks', false);
	fixture.discord.setBotPermission('EmbedLinks', true);
	fixture.discord.createChannel('new');
	fixture.discord.deleteChannel('new');
	const { entries } = await guild.fetchAuditLogs();
	expect(entries.size).toBeGreaterThan(8);
}

async function useChannel(bot: Client<true>): Promise<void> {
	const channel = (await bot.channels.fetch(fixture.discord.ids.adminChannelId)) as TextChannel;
	await channel.sendTyping();
	const message = await channel.send({
		content: '<@1001>',
		embeds: [embed],
		components: rows,
		files: [picture, report],
		nonce: '1',
		enforceNonce: true,
		allowedMentions: { users: ['1001'] }
	});
	await channel.send({ components: layout, files: [picture, report], flags: MessageFlags.IsComponentsV2 });
	await message.reply('Reply');
	await message.edit({ content: 'Changed', attachments: [...message.attachments.values()] });
	await channel.messages.fetch({ limit: 10 });
	await channel.messages.fetch({ message: message.id, force: true });
	await message.delete();
	const user = await bot.users.fetch('1001');
	await user.send('Hello');
}

/** The bot's answers, by the command's option `hint` or the component's ID. */
async function answer(interaction: Interaction): Promise<unknown> {
	if (interaction.isAutocomplete()) return interaction.respond([{ name: 'Words', value: 'words' }]);
	if (interaction.isUserContextMenuCommand()) return interaction.reply({ content: interaction.targetUser.username, withResponse: true });
	if (interaction.isModalSubmit()) return interaction.reply('Thanks');
	if (interaction.isButton()) return interaction.update({ content: 'Updated', withResponse: true });
	if (interaction.isAnySelectMenu()) {
		await interaction.deferUpdate();
		await interaction.editReply({ content: interaction.values.join() });
		return interaction.followUp({ content: 'Chosen', flags: MessageFlags.Ephemeral });
	}
	if (!interaction.isChatInputCommand()) return undefined;
	if (interaction.options.getString('hint') === 'modal') return interaction.showModal(modal);
	if (interaction.options.getString('hint') === 'menu') return interaction.reply({ content: 'Menu', components: rows, withResponse: true });
	await interaction.deferReply({ flags: MessageFlags.Ephemeral, withResponse: true });
	await interaction.editReply({ embeds: [embed], files: [picture] });
	await interaction.fetchReply();
	const second = await interaction.followUp({ content: 'Second', components: rows });
	await interaction.webhook.editMessage(second, 'Changed');
	await interaction.webhook.fetchMessage(second.id);
	await interaction.webhook.deleteMessage(second);
	return interaction.deleteReply();
}

const settled = (id: string) =>
	fixture.until(() => {
		const view = fixture.discord.interaction(id);
		return view && view.state === 'answered' ? view : undefined;
	});

async function useInteractions(): Promise<void> {
	const { discord } = fixture;
	const typed = discord.autocomplete({ user: 'ada', command: 'echo', option: 'hint', value: 'w' });
	expect((await settled(typed.interactionId)).choices).toEqual([{ name: 'Words', value: 'words' }]);
	const inspected = discord.command({ user: 'operator', command: 'Inspect', target: 'ada' });
	expect((await settled(inspected.interactionId)).responses).toMatchObject([{ content: 'ada' }]);
	const asked = discord.command({ user: 'ada', command: 'echo', options: { hint: 'modal' } });
	await settled(asked.interactionId);
	const submitted = discord.modal({ user: 'ada', interactionId: asked.interactionId, fields: { who: 'ada' } });
	expect((await settled(submitted.interactionId)).responses).toMatchObject([{ content: 'Thanks' }]);
	const opened = discord.command({ user: 'ada', command: 'echo', options: { hint: 'menu', count: 2, who: 'ada' } });
	const [menu] = (await settled(opened.interactionId)).responses;
	for (const [customId, value] of Object.entries({ words: 'b', users: 'ada', roles: 'Knight', channels: 'general' })) {
		const used = discord.click({ user: 'ada', messageId: menu?.id ?? '', customId, values: [value] });
		await fixture.until(() => (discord.interaction(used.interactionId)?.responses.length === 2 ? true : undefined));
	}
	const pressed = discord.click({ user: 'ada', messageId: menu?.id ?? '', customId: 'ok' });
	expect((await settled(pressed.interactionId)).responses).toMatchObject([{ content: 'Updated' }]);
	const run = discord.command({ user: 'ada', command: 'echo', options: { file: { name: 'a.csv', content: 'a' } } });
	await fixture.until(() => fixture.log.list().some(({ method, path }) => method === 'DELETE' && path.includes('original')));
	expect(discord.interaction(run.interactionId)).toMatchObject({ ephemeral: true, responses: [] });
}

/** Of the routes in Discord's description, those that the sandbox does not refuse as not emulated. */
async function emulated(): Promise<Operation[]> {
	const refusal = async ({ method, path }: Operation) => {
		const response = await fixture.rest(method, path.replaceAll(/\{\w+\}/g, '1'));
		return response.status === 204 ? '' : ((await response.json()) as { message?: string }).message;
	};
	const found: Operation[] = [];
	for (const operation of OPERATIONS) {
		const refused = `The sandbox does not emulate ${operation.method} ${operation.path.replaceAll(/\{\w+\}/g, '1')}`;
		if ((await refusal(operation)) !== refused) found.push(operation);
	}
	return found;
}

describe("Discord's description", () => {
	it('fits what the sandbox accepts and answers at every route that it emulates', async () => {
		for (const permission of ['KickMembers', 'ManageNicknames', 'ChangeNickname']) fixture.discord.setBotPermission(permission, true);
		const bot = await fixture.bot(commands, (interaction) => answer(interaction));
		await useApplication(bot);
		await useChannel(bot);
		await useInteractions();
		await useGuild(await bot.guilds.fetch(fixture.discord.ids.guildId));
		const succeeded = fixture.exchanges.filter(({ status }) => status < 300).map(({ method, path }) => operationOf(method, path)?.name);
		expect([...new Set(succeeded)].sort()).toEqual((await emulated()).map(({ name }) => name).sort());
	});

	it('has every route that the README lists as emulated, and no other one that is emulated', async () => {
		const listed = [...README.matchAll(/^((?:(?:GET|POST|PUT|PATCH|DELETE) +)+)(\/\S+)$/gm)].flatMap(([, methods = '', path]) =>
			methods
				.trim()
				.split(/ +/)
				.map((method) => `${method} ${path}`)
		);
		expect(listed.sort()).toEqual((await emulated()).map(({ name }) => name).sort());
	});

	it('has every route that the server has', () => {
		const described = new Set(OPERATIONS.map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, ':')}`));
		const served = fixture.discord.app.routes
			.filter(({ path, method }) => path.startsWith('/api/v10') && method !== 'ALL')
			.map(({ path, method }) => `${method} ${path.replace('/api/v10', '').replaceAll(/:\w+({.+?})?/g, ':')}`);
		expect(served.length).toBeGreaterThan(40);
		expect(served.filter((route) => !described.has(route))).toEqual([]);
	});

	it('refuses what it does not describe: a wrong type, a missing or unknown property, a wrong status, and a request that should not succeed', () => {
		const gateway = { method: 'GET', path: '/gateway', query: new URLSearchParams(), body: undefined, status: 200 };
		expect(differencesOf({ ...gateway, answer: { url: 'ws://127.0.0.1/' } })).toEqual([]);
		expect(differencesOf({ ...gateway, answer: { url: 1, version: 10 } })).toEqual([
			"GET /gateway 200 : must not have property 'version'",
			'GET /gateway 200 /url: must be string'
		]);
		expect(differencesOf({ ...gateway, answer: {} })).toEqual(["GET /gateway 200 : must have required property 'url'"]);
		expect(differencesOf({ ...gateway, status: 201, answer: {} })).toEqual(['GET /gateway does not answer 201']);
		expect(differencesOf({ ...gateway, query: new URLSearchParams('v=10'), answer: { url: 'ws://127.0.0.1/' } })).toEqual([
			'GET /gateway query: v is not described'
		]);
		const typing = { ...gateway, method: 'POST', path: '/channels/1/messages' };
		expect(
			differencesOf({ ...typing, body: { components: [{ type: 1, components: [{ type: 2 }] }] }, status: 204, answer: undefined })
		).toEqual([
			"POST /channels/{channel_id}/messages request /components/0/components/0: must have required property 'style'",
			'POST /channels/{channel_id}/messages does not answer 204'
		]);
	});
});
