import type { Client } from 'discord.js';
import type { Announcement } from '../report/view.js';
import { sendFailureText, sendToChannel } from './channel.js';

/** Says it in the admin channel. What was changed is changed, and in the audit log: a line that could not be posted is logged, and never thrown. */
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
			logger.error(`This was not said in the admin channel: ${content || embeds[0]?.title}\n${sendFailureText(error, channelId)}`, error);
		}
	};
}
