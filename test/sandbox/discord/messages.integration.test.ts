import {
	ActionRowBuilder,
	AttachmentBuilder,
	ButtonBuilder,
	ButtonStyle,
	type Client,
	EmbedBuilder,
	MessageFlags,
	type TextChannel
} from 'discord.js';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DiscordFixture } from './fixtures.js';

let fixture: DiscordFixture;
beforeEach(async () => {
	fixture = await DiscordFixture.open([{ id: '1001', username: 'ada' }]);
});
afterEach(() => fixture.close());

interface Refusal {
	status: number;
	code: number;
	errors?: Record<string, unknown>;
}

async function send(body: unknown, channel = fixture.discord.ids.adminChannelId): Promise<Refusal & Record<string, unknown>> {
	const answer = await fixture.rest('POST', `/channels/${channel}/messages`, body);
	return { status: answer.status, ...((await answer.json()) as { code: number }) };
}

const button = (customId: string) => ({ type: 2, style: 1, label: 'x', custom_id: customId });
const row = (...components: unknown[]) => ({ type: 1, components });
const admin = (bot: Client<true>) => bot.channels.cache.get(fixture.discord.ids.adminChannelId) as TextChannel;

describe('Discord messages', () => {
	it('lets discord.js send, edit and delete a message with embed, button and files', async () => {
		const channel = admin(await fixture.bot());
		const message = await channel.send({
			embeds: [new EmbedBuilder().setTitle('Report').setImage('attachment://a.png').setTimestamp(0)],
			components: [
				new ActionRowBuilder<ButtonBuilder>().addComponents(new ButtonBuilder().setCustomId('a').setLabel('A').setStyle(ButtonStyle.Danger))
			],
			files: [
				new AttachmentBuilder(Buffer.from('picture'), { name: 'a.png' }),
				new AttachmentBuilder(Buffer.from('text'), { name: 'b.txt' })
			]
		});
		expect(message.attachments.map(({ name, size }) => [name, size])).toEqual([['b.txt', 4]]);
		const picture = await fetch(message.embeds[0]?.image?.url ?? '');
		expect(await picture.text()).toBe('picture');
		expect(fixture.log.list().find(({ method }) => method === 'POST')?.body).toMatchObject({
			payload_json: { attachments: [{ id: '0' }, { id: '1' }] },
			files: [{ filename: 'a.png', size: 7 }, { filename: 'b.txt' }]
		});
		const edited = await message.edit({ content: 'now', embeds: [], components: [], attachments: [] });
		expect([edited.content, edited.attachments.size, edited.embeds.length]).toEqual(['now', 0, 0]);
		expect(fixture.discord.messages('reeve-admin')).toMatchObject([{ content: 'now', components: [] }]);
		await message.delete();
		expect(fixture.discord.messages()).toEqual([]);
	});

	it.each([
		[
			'26 fields',
			{ embeds: [{ fields: Array.from({ length: 26 }, () => ({ name: 'n', value: 'v' })) }] },
			['embeds', '0', 'fields'],
			'BASE_TYPE_MAX_LENGTH'
		],
		[
			'6001 characters',
			{ embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] },
			['embeds'],
			'MAX_EMBED_SIZE_EXCEEDED'
		],
		['a long title', { embeds: [{ title: 'x'.repeat(257) }] }, ['embeds', '0', 'title'], 'BASE_TYPE_MAX_LENGTH'],
		['an empty field', { embeds: [{ fields: [{ name: 'n', value: '' }] }] }, ['embeds', '0', 'fields', '0', 'value'], 'BASE_TYPE_REQUIRED'],
		['an empty embed', { embeds: [{}] }, ['embeds', '0', 'description'], 'BASE_TYPE_REQUIRED'],
		['11 embeds', { embeds: Array.from({ length: 11 }, () => ({ title: 't' })) }, ['embeds'], 'BASE_TYPE_MAX_LENGTH'],
		['a bad link', { embeds: [{ title: 't', url: 'nowhere' }] }, ['embeds', '0', 'url'], 'URL_TYPE_INVALID_URL'],
		['2001 characters of content', { content: 'x'.repeat(2001) }, ['content'], 'BASE_TYPE_MAX_LENGTH'],
		['content that is no text', { content: 5 }, ['content'], 'STRING_TYPE_CONVERT'],
		[
			'two buttons of one ID',
			{ components: [row(button('a')), row(button('a'))] },
			['components', '1', 'components', '0', 'custom_id'],
			'COMPONENT_CUSTOM_ID_DUPLICATED'
		],
		['six rows', { components: [1, 2, 3, 4, 5, 6].map((n) => row(button(`${n}`))) }, ['components'], 'BASE_TYPE_MAX_LENGTH'],
		[
			'six buttons',
			{ components: [row(...[1, 2, 3, 4, 5, 6].map((n) => button(`${n}`)))] },
			['components', '0', 'components'],
			'BASE_TYPE_BAD_LENGTH'
		],
		[
			'a long label',
			{ components: [row({ ...button('a'), label: 'x'.repeat(81) })] },
			['components', '0', 'components', '0', 'label'],
			'BASE_TYPE_MAX_LENGTH'
		],
		[
			'a long custom ID',
			{ components: [row(button('x'.repeat(101)))] },
			['components', '0', 'components', '0', 'custom_id'],
			'BASE_TYPE_BAD_LENGTH'
		],
		[
			'no custom ID',
			{ components: [row({ type: 2, style: 1, label: 'x' })] },
			['components', '0', 'components', '0', 'custom_id'],
			'BUTTON_COMPONENT_CUSTOM_ID_REQUIRED'
		],
		[
			'a menu beside a button',
			{ components: [row(button('a'), { type: 5, custom_id: 'b' })] },
			['components', '0', 'components', '1'],
			'COMPONENT_LAYOUT_WIDTH_EXCEEDED'
		],
		[
			'26 options',
			{ components: [row({ type: 3, custom_id: 'm', options: Array.from({ length: 26 }, (_, n) => ({ label: 'l', value: `${n}` })) })] },
			['components', '0', 'components', '0', 'options'],
			'BASE_TYPE_BAD_LENGTH'
		],
		['a text display without the flag', { components: [{ type: 10, content: 'x' }] }, ['components', '0', 'type'], 'BASE_TYPE_CHOICES'],
		[
			'content with the flag',
			{ flags: 1 << 15, content: 'x', components: [{ type: 10, content: 'x' }] },
			['content'],
			'MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2'
		],
		['an ephemeral message of its own', { flags: 64, content: 'x' }, ['flags'], 'MESSAGE_FLAGS_INVALID'],
		[
			'a reply to nothing',
			{ content: 'x', message_reference: { message_id: '1' } },
			['message_reference'],
			'MESSAGE_REFERENCE_UNKNOWN_MESSAGE'
		],
		['a long nonce', { nonce: 'x'.repeat(26), content: 'x' }, ['nonce'], 'BASE_TYPE_MAX_LENGTH'],
		[
			'mentions both ways',
			{ content: 'x', allowed_mentions: { parse: ['users'], users: ['1'] } },
			['allowed_mentions'],
			'MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE'
		],
		[
			'an unknown kind of mention',
			{ content: 'x', allowed_mentions: { parse: ['all'] } },
			['allowed_mentions', 'parse', '0'],
			'BASE_TYPE_CHOICES'
		]
	])('%s: refused', async (_name, body, path, code) => {
		const refused = await send(body);
		expect(refused).toMatchObject({ status: 400, code: 50035, message: 'Invalid Form Body' });
		const at = path.reduce<unknown>((node, key) => (node as Record<string, unknown>)[key], refused.errors);
		expect((at as { _errors: { code: string }[] })._errors[0]?.code).toBe(code);
		expect(fixture.discord.messages()).toEqual([]);
	});

	it('accepts messages exactly at the limits', async () => {
		const fields = Array.from({ length: 25 }, () => ({ name: 'n', value: 'v' }));
		expect(
			await send({
				content: 'x'.repeat(2000),
				embeds: [{ fields, description: 'x'.repeat(4096) }, { description: 'x'.repeat(6000 - 4096 - 50) }]
			})
		).toMatchObject({ status: 200 });
		expect(
			await send({ flags: MessageFlags.IsComponentsV2, components: [{ type: 17, components: [{ type: 10, content: '<@1001>' }] }] })
		).toMatchObject({ status: 200, flags: 1 << 15 });
	});

	it('rejects an empty message', async () => {
		expect(await send({ content: ' ' })).toMatchObject({ status: 400, code: 50006 });
	});

	it('pings mentions in text unless disallowed, and never those in embeds', async () => {
		const pingsOf = async (body: object) => fixture.discord.pings(String((await send(body)).id));
		const noPings = { users: [], roles: [], everyone: false };
		expect(await pingsOf({ content: '<@1001> @everyone' })).toEqual({ ...noPings, users: ['1001'] });
		expect(await pingsOf({ content: '<@1001>', allowed_mentions: { parse: [] } })).toEqual(noPings);
		expect(await pingsOf({ content: '<@1001>', allowed_mentions: { users: ['1001'] } })).toEqual({ ...noPings, users: ['1001'] });
		expect(await pingsOf({ embeds: [{ description: '<@1001> @everyone' }] })).toEqual(noPings);
		fixture.discord.setBotPermission('MentionEveryone', true);
		expect(await pingsOf({ content: '@everyone' })).toEqual({ ...noPings, everyone: true });
	});

	it('returns the existing message for a repeated nonce', async () => {
		const first = await send({ content: 'one', nonce: 'n', enforce_nonce: true });
		expect((await send({ content: 'one', nonce: 'n', enforce_nonce: true })).id).toBe(first.id);
		fixture.now = new Date(fixture.now.getTime() + 6 * 60_000);
		expect((await send({ content: 'one', nonce: 'n', enforce_nonce: true })).id).not.toBe(first.id);
	});

	it('rejects messages without the channel permission', async () => {
		const refusedWithout = async (permission: string) => {
			fixture.discord.setBotPermission(permission, false);
			const { status, code } = await send({ embeds: [{ title: 't' }] });
			fixture.discord.setBotPermission(permission, true);
			return [status, code];
		};
		expect(await refusedWithout('EmbedLinks')).toEqual([403, 50013]);
		expect(await refusedWithout('SendMessages')).toEqual([403, 50013]);
		expect(await refusedWithout('ViewChannel')).toEqual([403, 50001]);
		expect(await send({ content: 'x' })).toMatchObject({ status: 200 });
		expect(await send({ content: 'x' }, '123')).toMatchObject({ status: 404, code: 10003 });
	});

	it('delivers direct messages outside the guild channels', async () => {
		const bot = await fixture.bot();
		await (await bot.users.fetch('1001')).send('psst');
		expect(fixture.discord.dms()).toMatchObject([{ content: 'psst' }]);
		expect(fixture.discord.messages()).toEqual([]);
	});

	it('rejects a wrong token', async () => {
		const wrong = await fixture.rest('GET', '/users/@me', undefined, { authorization: 'Bot wrong' });
		expect([wrong.status, await wrong.json()]).toEqual([401, { message: '401: Unauthorized', code: 0 }]);
	});

	it('says so where it does not emulate a route, or a property of a request', async () => {
		const bot = await fixture.bot();
		const channel = (await bot.channels.fetch(fixture.discord.ids.generalChannelId)) as TextChannel;
		fixture.discord.setBotPermission('SendMessages', true);
		const message = await channel.send('Hello');
		await expect(message.react('👍')).rejects.toThrow(/^The sandbox does not emulate PUT \/channels\/\d+\/messages\/\d+\/reactions\//);
		const poll = { question: { text: 'Why?' }, answers: [{ text: 'So' }], duration: 1, allowMultiselect: false };
		await expect(channel.send({ poll })).rejects.toThrow('The sandbox does not emulate `poll` in this request');
		await expect(message.forward(channel)).rejects.toThrow('The sandbox does not emulate forwarding');
	});
});
