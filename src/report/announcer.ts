import type { APIActionRowComponent, APIButtonComponent, Client } from 'discord.js';
import { sendToChannel, whyNotSent } from './channel.js';

/** A line in the admin channel: what was changed, and by whom. */
export interface Announcement {
	readonly content: string;
	readonly components?: APIActionRowComponent<APIButtonComponent>[];
}

/** Says it in the admin channel. What was changed is changed, and in the audit log: a line that could not be posted is logged, and never thrown. */
export type Announce = (announcement: Announcement) => Promise<void>;

export function createAnnouncer(parts: {
	readonly client: Client;
	readonly channelId: string;
	readonly logger: { error(...values: readonly unknown[]): void };
}): Announce {
	const { client, channelId, logger } = parts;
	return async ({ content, components = [] }) => {
		try {
			await sendToChannel(client, channelId, { content, components, allowedMentions: { parse: [] } });
		} catch (error) {
			logger.error(`This was not said in the admin channel: ${content}\n${whyNotSent(error, channelId)}`, error);
		}
	};
}
