import type { Client } from 'discord.js';
import type { Announcement } from '../report/view.js';
import { sendFailureText, sendToChannel } from './channel.js';

/** Posts in the admin channel. Logs a failure and never throws: the change itself is done and in the audit log. */
export type Announce = (announcement: Announcement) => Promise<void>;

export function createAnnouncer(parts: {
	readonly client: Client;
	readonly channelId: string;
	readonly logger: { error(...values: readonly unknown[]): void };
}): Announce {
	const { client, channelId, logger } = parts;
	return async ({ content = '', embeds = [], components = [] }) => {
		try {
			await sendToChannel(client, channelId, { content, embeds, components, allowedMentions: { parse: [] } });
		} catch (error) {
			logger.error(`Could not post to the admin channel: ${content || embeds[0]?.title}\n${sendFailureText(error, channelId)}`, error);
		}
	};
}
