import type { APIActionRowComponent, APIButtonComponent, APIEmbed, Client } from 'discord.js';
import { sendToChannel, whyNotSent } from './channel.js';

/** In the admin channel: a line that says what was changed, and by whom; or what an operator has to know now. */
export interface Announcement {
	readonly content?: string;
	readonly embeds?: APIEmbed[];
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
	return async ({ content = '', embeds = [], components = [] }) => {
		try {
			await sendToChannel(client, channelId, { content, embeds, components, allowedMentions: { parse: [] } });
		} catch (error) {
			logger.error(`This was not said in the admin channel: ${content || embeds[0]?.title}\n${whyNotSent(error, channelId)}`, error);
		}
	};
}
