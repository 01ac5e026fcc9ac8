import { createHash } from 'node:crypto';
import { type Client, DiscordAPIError, type Message, type MessageCreateOptions, RESTJSONErrorCodes } from 'discord.js';
import { MAX_NONCE_LENGTH } from '../format/limits.js';

/** Posts a message in a channel. @throws what Discord says against it; {@link sendFailureText} puts that into words */
export async function sendToChannel(client: Client, channelId: string, message: MessageCreateOptions): Promise<Message> {
	const channel = await client.channels.fetch(channelId);
	if (!channel?.isSendable()) throw new NotSendableError();
	return channel.send(message);
}

/**
 * Makes a message the only one about its subject: a request that is sent again, after its answer was lost or by whoever goes on with
 * the work, gives the first message back. Discord remembers it for some minutes.
 */
export function nonceFor(subject: string): Pick<MessageCreateOptions, 'nonce' | 'enforceNonce'> {
	return { nonce: createHash('sha256').update(subject).digest('hex').slice(0, MAX_NONCE_LENGTH), enforceNonce: true };
}

class NotSendableError extends Error {
	public override readonly name = 'NotSendableError';
}

/** Why a message did not arrive, and what an operator does about it. */
export function sendFailureText(error: unknown, channelId: string): string {
	if (error instanceof NotSendableError) return `Channel ${channelId} is no text channel: set DISCORD_ADMIN_CHANNEL_ID to one.`;
	if (error instanceof DiscordAPIError) {
		switch (error.code) {
			case RESTJSONErrorCodes.UnknownChannel:
				return `Channel ${channelId} does not exist: set DISCORD_ADMIN_CHANNEL_ID to one that does.`;
			case RESTJSONErrorCodes.MissingAccess:
				return `Reeve does not see channel ${channelId}: give it View Channel there.`;
			case RESTJSONErrorCodes.MissingPermissions:
				return `Reeve may not write in channel ${channelId}: give it Send Messages and Embed Links there.`;
		}
	}
	return `Discord did not take it. If this lasts, check that channel ${channelId} (DISCORD_ADMIN_CHANNEL_ID) is in Reeve's server and that Discord is up (discordstatus.com).`;
}
