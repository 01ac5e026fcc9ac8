import {
	ActionRowBuilder,
	ApplicationCommandOptionType,
	ApplicationCommandType,
	ButtonBuilder,
	ButtonStyle,
	type Interaction,
	LabelBuilder,
	MessageFlags,
	MessageType,
	ModalBuilder,
	StringSelectMenuBuilder,
	TextInputBuilder,
	TextInputStyle
} from 'discord.js';
import { afterEach, describe, expect, it } from 'vitest';
import { ControlError } from '../../../sandbox/services/core/control-error.js';
import { DiscordFixture } from './fixtures.js';

let fixture: DiscordFixture;
afterEach(() => fixture.close());

const users = [
	{ id: '1001', username: 'ada', roles: ['Knight'] },
	{ id: '1002', username: 'mallory' }
];
const reconcile = {
	name: 'reconcile',
	description: 'Compare',
	options: [
		{ type: ApplicationCommandOptionType.Subcommand as const, name: 'run', description: 'Now' },
		{
			type: ApplicationCommandOptionType.Subcommand as const,
			name: 'check',
			description: 'One person',
			options: [
				{ type: ApplicationCommandOptionType.User as const, name: 'who', description: 'Who', required: true },
				{ type: ApplicationCommandOptionType.Integer as const, name: 'days', description: 'Days', min_value: 1, max_value: 9 },
				{
					type: ApplicationCommandOptionType.String as const,
					name: 'tier',
					description: 'T',
					choices: [{ name: 'A Knight', value: 'knight' }]
				},
				{ type: ApplicationCommandOptionType.String as const, name: 'hint', description: 'H', autocomplete: true }
			]
		}
	]
};
const button = (customId: string, label = customId) =>
	new ButtonBuilder().setCustomId(customId).setLabel(label).setStyle(ButtonStyle.Primary);
const row = (...buttons: ButtonBuilder[]) => new ActionRowBuilder<ButtonBuilder>().addComponents(buttons);
const view = (id: string) => {
	const found = fixture.discord.interaction(id);
	if (!found) throw new Error('no such interaction');
	return found;
};
const whenSettled = (id: string) => fixture.until(() => (['answered', 'failed'].includes(view(id).state) ? view(id) : undefined));

async function startBot(answer: (interaction: Interaction) => unknown) {
	fixture = await DiscordFixture.open(users);
	return fixture.bot([reconcile], answer);
}

describe('interactions', () => {
	it('defers a command, edits the response and completes it', async () => {
		const seen: string[] = [];
		await startBot(async (interaction) => {
			if (!interaction.isChatInputCommand()) return;
			await interaction.deferReply();
			seen.push(view(interaction.id).state);
			await interaction.editReply('1 of 2');
			await interaction.editReply({ content: '', embeds: [{ title: 'Done', description: '<@1001>' }], components: [row(button('fix'))] });
		});
		const { interactionId } = fixture.discord.command({ user: 'operator', command: 'reconcile run' });
		const done = await fixture.until(() => (view(interactionId).responses[0]?.embeds.length ? view(interactionId) : undefined));
		expect(seen).toEqual(['deferred']);
		expect(done).toMatchObject({ state: 'answered', ephemeral: false, command: 'reconcile run', failure: null });
		expect(fixture.discord.messages()).toMatchObject([{ content: '', embeds: [{ title: 'Done', type: 'rich' }], type: 20, flags: 0 }]);
		expect(fixture.discord.pings(done.responses[0]?.id ?? '')).toEqual({ users: [], roles: [], everyone: false });
		expect(fixture.log.list().filter(({ path }) => path.endsWith('/messages/%40original'))).toHaveLength(2);
	});

	it('sends typed options and rejects those a client would not send', async () => {
		let received: unknown;
		await startBot((interaction) => {
			if (!interaction.isChatInputCommand()) return;
			const { options } = interaction;
			received = [
				options.getUser('who')?.username,
				options.getMember('who') !== null,
				options.getInteger('days'),
				options.getString('tier'),
				interaction.memberPermissions?.has('ManageGuild')
			];
			return interaction.reply({ content: 'ok', flags: MessageFlags.Ephemeral });
		});
		const call = (options: Record<string, unknown>, command = 'reconcile check') =>
			fixture.discord.command({ user: 'operator', command, options });
		const { interactionId } = call({ who: 'ada', days: '3', tier: 'A Knight' });
		expect((await whenSettled(interactionId)).responses).toMatchObject([{ content: 'ok', ephemeral: true, flags: 64 }]);
		expect(received).toEqual(['ada', true, 3, 'knight', true]);
		expect(fixture.discord.messages()).toEqual([]);
		const statusOf = (act: () => unknown) => {
			try {
				act();
			} catch (error) {
				return error instanceof ControlError ? error.status : error;
			}
			return 'done';
		};
		expect(statusOf(() => call({}))).toBe(400);
		expect(statusOf(() => call({ who: 'nobody' }))).toBe(400);
		expect(statusOf(() => call({ who: 'ada', tier: 'lord' }))).toBe(400);
		expect(statusOf(() => call({ who: 'ada', days: 10 }))).toBe(400);
		expect(statusOf(() => call({ who: 'ada', more: 1 }))).toBe(400);
		expect(statusOf(() => call({}, 'reconcile fly'))).toBe(404);
		expect(statusOf(() => call({}, 'reconcile'))).toBe(404);
	});

	it('lets a button update its message and rejects disabled or unknown buttons', async () => {
		await startBot(async (interaction) => {
			if (interaction.isChatInputCommand()) await interaction.reply({ content: 'press', components: [row(button('a:1'), button('b'))] });
			if (interaction.isButton())
				await interaction.update({ content: `${interaction.user.username} pressed`, components: [row(button('a:1').setDisabled(true))] });
		});
		const first = await whenSettled(fixture.discord.command({ user: 'operator', command: 'reconcile run' }).interactionId);
		const messageId = first.responses[0]?.id ?? '';
		const pressed = await whenSettled(fixture.discord.click({ user: 'mallory', messageId, customId: 'a:1' }).interactionId);
		expect(pressed.responses).toMatchObject([{ id: messageId, content: 'mallory pressed' }]);
		expect(() => fixture.discord.click({ user: 'operator', messageId, customId: 'a:1' })).toThrow('is disabled');
		expect(() => fixture.discord.click({ user: 'operator', messageId, customId: 'b' })).toThrow('no button or menu b');
		expect(() => fixture.discord.click({ user: 'operator', messageId: '1', customId: 'b' })).toThrow('no message');
	});

	it('sends the selected values of a menu and rejects invalid selections', async () => {
		let values: string[] = [];
		const menu = new StringSelectMenuBuilder().setCustomId('menu').addOptions({ label: 'One', value: '1' }, { label: 'Two', value: '2' });
		await startBot(async (interaction) => {
			if (interaction.isChatInputCommand()) {
				await interaction.reply({
					components: [new ActionRowBuilder<StringSelectMenuBuilder>().addComponents(menu)],
					flags: MessageFlags.Ephemeral
				});
			}
			if (interaction.isStringSelectMenu()) {
				values = interaction.values;
				await interaction.deferUpdate();
				await interaction.followUp({ content: 'more', flags: MessageFlags.Ephemeral });
			}
		});
		const first = await whenSettled(fixture.discord.command({ user: 'operator', command: 'reconcile run' }).interactionId);
		const messageId = first.responses[0]?.id ?? '';
		expect(() => fixture.discord.click({ user: 'ada', messageId, customId: 'menu', values: ['1'] })).toThrow('ephemeral for another user');
		expect(() => fixture.discord.click({ user: 'operator', messageId, customId: 'menu', values: ['3'] })).toThrow('no option 3');
		const chosen = await whenSettled(
			fixture.discord.click({ user: 'operator', messageId, customId: 'menu', values: ['Two'] }).interactionId
		);
		expect(values).toEqual(['2']);
		expect(chosen.responses).toMatchObject([{ content: 'more', ephemeral: true }]);
	});

	it('accepts a modal submission once and rejects a modal as its response', async () => {
		const modal = new ModalBuilder()
			.setCustomId('why')
			.setTitle('Why?')
			.addLabelComponents(
				new LabelBuilder()
					.setLabel('Reason')
					.setTextInputComponent(new TextInputBuilder().setCustomId('reason').setStyle(TextInputStyle.Short).setMaxLength(5))
			);
		let refused: unknown;
		await startBot(async (interaction) => {
			if (interaction.isChatInputCommand()) await interaction.showModal(modal);
			if (!interaction.isModalSubmit()) return;
			const { path, rest } = { path: `/interactions/${interaction.id}/${interaction.token}/callback`, rest: fixture.rest.bind(fixture) };
			refused = await (await rest('POST', path, { type: 9, data: modal.toJSON() })).json();
			await interaction.reply({ content: interaction.fields.getTextInputValue('reason'), flags: MessageFlags.Ephemeral });
		});
		const { interactionId } = fixture.discord.command({ user: 'operator', command: 'reconcile run' });
		expect((await whenSettled(interactionId)).modal).toMatchObject({ custom_id: 'why', title: 'Why?' });
		const send = (fields: Record<string, string>, user = 'operator') => fixture.discord.modal({ user, interactionId, fields });
		expect(() => send({ reason: 'much too long' })).toThrow('at most 5');
		expect(() => send({})).toThrow('must be filled in');
		expect(() => send({ other: 'x' })).toThrow('no field other');
		expect(() => send({ reason: 'x' }, 'ada')).toThrow('was not opened for ada');
		expect((await whenSettled(send({ reason: 'peace' }).interactionId)).responses).toMatchObject([{ content: 'peace', ephemeral: true }]);
		expect(refused).toMatchObject({ code: 50035 });
		expect(() => send({ reason: 'again' })).toThrow('already submitted');
	});

	it('returns autocomplete choices', async () => {
		await startBot((interaction) => {
			if (interaction.isAutocomplete()) return interaction.respond([{ name: `${interaction.options.getFocused()}!`, value: 'x' }]);
		});
		const { interactionId } = fixture.discord.autocomplete({ user: 'operator', command: 'reconcile check', option: 'hint', value: 'ab' });
		expect((await whenSettled(interactionId)).choices).toEqual([{ name: 'ab!', value: 'x' }]);
	});

	it('rejects a first response after 3 seconds and invalidates the token', async () => {
		const codes: unknown[] = [];
		await startBot(async (interaction) => {
			if (!interaction.isChatInputCommand()) return;
			fixture.now = new Date(fixture.now.getTime() + 3_001);
			await interaction.deferReply().catch((error) => codes.push(error.code));
			await interaction.followUp('hello').catch((error) => codes.push(error.code));
			const answer = await fixture.rest('POST', `/webhooks/${fixture.discord.ids.applicationId}/${interaction.token}`, {
				content: 'hello'
			});
			codes.push(((await answer.json()) as { code: number }).code);
		});
		const { interactionId } = fixture.discord.command({ user: 'operator', command: 'reconcile run' });
		await fixture.until(() => codes.length === 3);
		expect(codes).toEqual([10062, 'InteractionNotReplied', 10015]);
		expect(view(interactionId)).toMatchObject({ state: 'failed', failure: 'no answer in 3 s', responses: [] });
	});

	it('rejects a second first response, and any response after 15 minutes', async () => {
		const codes: unknown[] = [];
		await startBot(async (interaction) => {
			if (!interaction.isChatInputCommand()) return;
			await interaction.deferReply();
			const again = await fixture.rest('POST', `/interactions/${interaction.id}/${interaction.token}/callback`, { type: 5 });
			codes.push(((await again.json()) as { code: number }).code);
			fixture.now = new Date(fixture.now.getTime() + 15 * 60_000 + 1);
			await interaction.editReply('late').catch((error) => codes.push(error.code));
		});
		const { interactionId } = fixture.discord.command({ user: 'operator', command: 'reconcile run' });
		await fixture.until(() => codes.length === 2);
		expect(codes).toEqual([40060, 50027]);
		expect(view(interactionId).state).toBe('failed');
	});

	it('sends commands from a DM or from another guild', async () => {
		const contexts: unknown[] = [];
		await startBot((interaction) => {
			if (!interaction.isChatInputCommand()) return;
			contexts.push([interaction.guildId, interaction.inGuild(), interaction.context]);
			return interaction.reply('hm');
		});
		await whenSettled(fixture.discord.command({ user: 'ada', command: 'reconcile run', channel: 'dm' }).interactionId);
		await whenSettled(fixture.discord.command({ user: 'ada', command: 'reconcile run', guildId: '1100000000000009999' }).interactionId);
		expect(contexts).toEqual([
			[null, false, 1],
			['1100000000000009999', true, 0]
		]);
		expect(fixture.discord.dms()).toEqual([]);
	});

	it('sends commands from the context menus of users and messages', async () => {
		fixture = await DiscordFixture.open(users);
		const commands = [
			{ name: 'Inspect', type: ApplicationCommandType.User as const },
			{ name: 'Quote', type: ApplicationCommandType.Message as const }
		];
		await fixture.bot(commands, (interaction) => {
			if (interaction.isUserContextMenuCommand()) return interaction.reply(interaction.targetUser.username);
			if (interaction.isMessageContextMenuCommand()) return interaction.reply(`> ${interaction.targetMessage.content}`);
		});
		const use = (command: string, target: string) => fixture.discord.command({ user: 'operator', command, target });
		const inspected = await whenSettled(use('Inspect', 'ada').interactionId);
		expect(inspected.responses).toMatchObject([
			{ content: 'ada', type: MessageType.ContextMenuCommand, interaction_metadata: { target_user: { username: 'ada' } } }
		]);
		const messageId = inspected.responses[0]?.id ?? '';
		const quoted = await whenSettled(use('Quote', messageId).interactionId);
		expect(quoted.responses).toMatchObject([{ content: '> ada', interaction_metadata: { target_message_id: messageId } }]);
		expect(() => use('Inspect', messageId)).toThrow('there is no command "Inspect" in the context menu of messages');
		expect(() => use('Quote', 'ada')).toThrow('there is no command "Quote" in the context menu of users');
		expect(() => use('Inspect', 'stranger')).toThrow('there is no user stranger');
	});

	it('says so where it does not emulate an answer, a component of a modal or a kind of command', async () => {
		const refused: unknown[] = [];
		await startBot(async (interaction) => {
			const upload = { type: 18, label: 'File', component: { type: 19, custom_id: 'file' } };
			const answers = [{ type: 12 }, { type: 9, data: { custom_id: 'form', title: 'Form', components: [upload] } }];
			for (const body of answers) {
				const answer = await fixture.rest('POST', `/interactions/${interaction.id}/${interaction.token}/callback`, body);
				refused.push(await answer.json());
			}
		});
		fixture.discord.command({ user: 'operator', command: 'reconcile run' });
		await fixture.until(() => refused.length === 2);
		const commands = `/applications/${fixture.discord.ids.applicationId}/commands`;
		refused.push(await (await fixture.rest('POST', commands, { name: 'play', type: 4, handler: 1 })).json());
		expect(refused).toEqual(
			['activities', 'components of type 19', 'the command that starts an activity'].map((what) => ({
				code: 0,
				message: `The sandbox does not emulate ${what}`
			}))
		);
	});
});
