import { describe, expect, it } from 'vitest';
import { changeTexts, withChangedTexts } from '../../src/discord/outgoing.js';

const shout = (text: string) => text.replaceAll('cat', 'tiger');

describe('changeTexts', () => {
	it('changes a text, and the texts of a message, its embeds and its forms', () => {
		expect(changeTexts('a cat', shout)).toBe('a tiger');
		const message = {
			content: 'a cat',
			embeds: [{ title: 'cat', fields: [{ name: 'cat', value: 'cats' }], footer: { text: 'cat' } }],
			components: [{ type: 1, components: [{ type: 2, label: 'cat', custom_id: 'cat' }] }],
			allowedMentions: { parse: [] }
		};
		expect(changeTexts(message, shout)).toEqual({
			content: 'a tiger',
			embeds: [{ title: 'tiger', fields: [{ name: 'tiger', value: 'tigers' }], footer: { text: 'tiger' } }],
			components: [{ type: 1, components: [{ type: 2, label: 'tiger', custom_id: 'cat' }] }],
			allowedMentions: { parse: [] }
		});
	});

	it('leaves files, options of menus and objects of classes as they are', () => {
		const file = Buffer.from('cat');
		const message = {
			files: [{ name: 'cat', attachment: file }],
			components: [{ options: [{ label: 'cat', value: 'cat' }] }],
			date: new Date(0)
		};
		expect(changeTexts(message, shout)).toEqual(message);
	});

	it('leaves a text as it is that would become too long for Discord', () => {
		const long = `${'cat'.repeat(341)}x`;
		const fields = [{ name: 'cat', value: long }];
		expect(changeTexts({ embeds: [{ fields }] }, shout)).toEqual({ embeds: [{ fields: [{ name: 'tiger', value: long }] }] });
		const messages = { embeds: [{ description: 'cat'.repeat(800) }, { description: 'cat'.repeat(800) }] };
		expect(changeTexts(messages, shout)).toBe(messages);
	});

	it('shortens a text of any length', () => {
		expect(changeTexts({ content: 'secret'.repeat(300) }, (text) => text.replaceAll('secret', 'x'))).toEqual({ content: 'x'.repeat(300) });
	});
});

describe('withChangedTexts', () => {
	it('changes what is sent and edited, through channels and messages that are fetched too, and nothing else', async () => {
		const sent: unknown[] = [];
		const record = (what: string) => async (message: unknown) => void sent.push([what, message]);
		class Message {
			public readonly content = 'cat';
			public readonly edit = record('edit');
		}
		class Channel {
			public readonly messages = {
				fetch: async (_id: string) => new Message(),
				edit: async (id: string, message: unknown) => void sent.push(['edit', id, message])
			};
			public isSendable() {
				return this instanceof Channel;
			}
			public async send(message: unknown) {
				sent.push(['send', message]);
				return new Message();
			}
		}
		const client = { name: 'cat', channels: { fetch: async (_id: string) => new Channel() } };
		const view = withChangedTexts(client, shout);
		const channel = await view.channels.fetch('1');
		expect(channel.isSendable()).toBe(true);
		expect(channel).toBeInstanceOf(Channel);
		const message = await channel.send({ content: 'cat' });
		expect([view.name, message.content]).toEqual(['cat', 'cat']);
		await message.edit({ content: 'cat' });
		await (await channel.messages.fetch('2')).edit('cat');
		await channel.messages.edit('3', { content: 'cat' });
		expect(sent).toEqual([
			['send', { content: 'tiger' }],
			['edit', { content: 'tiger' }],
			['edit', 'tiger'],
			['edit', '3', { content: 'tiger' }]
		]);
	});
});
