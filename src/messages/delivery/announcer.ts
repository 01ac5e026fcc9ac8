import { randomUUID } from 'node:crypto';
import { type Client, DiscordAPIError } from 'discord.js';
import type { Announcement } from '../report/view.js';
import { type AdminChannelId, nonceFor, sendFailureText, sendToChannel } from './channel.js';

/** Posts in the admin channel. Logs a failure and never throws: the change itself is done and in the audit log. */
export type Announce = (announcement: Announcement) => Promise<void>;

export function createAnnouncer(parts: {
	readonly client: Client;
	readonly channelId: AdminChannelId;
	readonly logger: { error(...values: readonly unknown[]): void };
}): Announce {
	const { client, channelId, logger } = parts;
	return async ({ content = '', embeds = [], components = [] }) => {
		try {
			// discord.js sends a message again after a lost response: the nonce keeps Discord from posting it twice.
			await sendToChannel(client, channelId, { content, embeds, components, allowedMentions: { parse: [] }, ...nonceFor(randomUUID()) });
		} catch (error) {
			const text = `Could not post to the admin channel: ${content || embeds[0]?.title}\n${sendFailureText(error, channelId)}`;
			// The text has Discord's reason; its error repeats the whole message.
			if (error instanceof DiscordAPIError) logger.error(text);
			else logger.error(text, error);
		}
	};
}
