import { ChannelType, Client, ClientUser } from 'discord.js';
import { AT, OPERATOR } from './fixtures.js';

/** The real client in a guild with an admin channel, and requests that a test answers. */

export const GUILD = '300000000000000003';
/** The admin channel. */
export const CHANNEL = '400000000000000004';
/** Takes no text. */
export const VOICELESS = '500000000000000005';

export interface Answer {
	readonly status: number;
	readonly body: unknown;
}

export interface ApiRequest {
	readonly method: string;
	readonly path: string;
	readonly body: Record<string, unknown>;
}

const REEVE = { id: OPERATOR, username: 'reeve', discriminator: '0', avatar: null };

/** A message from Reeve as Discord's API returns it. */
export function message(id: string, content: string) {
	return {
		id,
		channel_id: CHANNEL,
		author: REEVE,
		content,
		timestamp: AT.toISOString(),
		edited_timestamp: null,
		embeds: [],
		attachments: [],
		mentions: [],
		mention_roles: [],
		type: 0
	};
}

/** @returns the client, and what it has asked */
export function inGuild(answer: (asked: ApiRequest) => Answer | Promise<Answer>) {
	const requests: ApiRequest[] = [];
	const client = new Client({
		intents: [],
		tasks: { bull: { connection: {} } },
		rest: {
			makeRequest: async (url, init) => {
				const asked = {
					method: init.method ?? 'GET',
					path: new URL(url).pathname,
					body: typeof init.body === 'string' ? JSON.parse(init.body) : {}
				};
				requests.push(asked);
				const { status, body } = await answer(asked);
				return new Response(JSON.stringify(body), { status, headers: { 'content-type': 'application/json' } });
			}
		}
	});
	client.rest.setToken('test');
	// As after a login; the constructor is private to discord.js.
	client.user = Reflect.construct(ClientUser, [client, REEVE]);
	// Normally filled by the gateway; the method is private to discord.js.
	// biome-ignore lint/complexity/useLiteralKeys: only this way to a private method is typed
	client.guilds['_add']({
		id: GUILD,
		name: 'Council',
		unavailable: false,
		roles: [],
		members: [],
		channels: [
			{ id: CHANNEL, type: ChannelType.GuildText, name: 'admin', guild_id: GUILD },
			{ id: VOICELESS, type: ChannelType.GuildCategory, name: 'category', guild_id: GUILD }
		]
	});
	return { client, requests };
}
