import { createHash } from 'node:crypto';
import { type Client, DiscordAPIError, type Message, type MessageCreateOptions, RESTJSONErrorCodes } from 'discord.js';
import { MAX_NONCE_LENGTH } from '../format/limits.js';

/** The ID of the admin channel; null until an operator has chosen it. */
export type AdminChannelId = string | null;

/** Posts a message in a channel. @throws an error that {@link sendFailureText} describes */
export async function sendToChannel(client: Client, channelId: AdminChannelId, message: MessageCreateOptions): Promise<Message> {
	if (channelId === null) throw new NoChannelError();
	const channel = await client.channels.fetch(channelId);
	if (!channel?.isSendable()) throw new NotSendableError();
	return channel.send(message);
}

/**
 * Makes posting idempotent per subject: a repeated request, after a lost response or from another process, returns the first message.
 * Discord remembers nonces for a few minutes.
 */
export function nonceFor(subject: string): Pick<MessageCreateOptions, 'nonce' | 'enforceNonce'> {
	return { nonce: createHash('sha256').update(subject).digest('hex').slice(0, MAX_NONCE_LENGTH), enforceNonce: true };
}

class NoChannelError extends Error {
	public override readonly name = 'NoChannelError';
}

class NotSendableError extends Error {
	public override readonly name = 'NotSendableError';
}

/** Why a message was not posted, and what an operator can do. */
export function sendFailureText(error: unknown, channelId: AdminChannelId): string {
	if (channelId === null) return 'No admin channel has been chosen yet: an operator chooses it with `/reconcile setup`.';
	const other = `set DISCORD_ADMIN_CHANNEL_ID to the ID of a text channel`;
	if (error instanceof NotSendableError) return `Channel ${channelId} is no text channel (a forum, perhaps): ${other}.`;
	if (!(error instanceof DiscordAPIError)) {
		const reason = error instanceof Error ? error.message : String(error);
		return `Discord did not take it (${reason}). If this lasts, check this machine's connection and that Discord is up (discordstatus.com).`;
	}
	const { code, message } = error;
	return `${adviceOn(code, channelId, other)} Discord's reason: ${message} (code ${code}).`;
}

function adviceOn(code: DiscordAPIError['code'], channelId: string, other: string): string {
	switch (code) {
		case RESTJSONErrorCodes.UnknownChannel:
			return `Channel ${channelId} does not exist: ${other}.`;
		case RESTJSONErrorCodes.MissingAccess:
			return `Reeve can't see channel ${channelId}: give it View Channel there.`;
		case RESTJSONErrorCodes.MissingPermissions:
			return `Reeve can't write in channel ${channelId}: give it Send Messages (in a thread: Send Messages in Threads), Embed Links and Attach Files there.`;
		case RESTJSONErrorCodes.CannotSendMessagesInNonTextChannel:
			return `Channel ${channelId} is no text channel (a forum, perhaps): ${other}.`;
		case RESTJSONErrorCodes.InvalidActionOnArchivedThread:
			return `Channel ${channelId} is a thread that is archived: open it again, or ${other}.`;
		case RESTJSONErrorCodes.ThreadLocked:
			return `Channel ${channelId} is a thread that is locked: unlock it, or ${other}.`;
		case RESTJSONErrorCodes.MessageWasBlockedByAutomaticModeration:
		case RESTJSONErrorCodes.TitleWasBlockedByAutomaticModeration:
			return `AutoMod of your server blocked the message: in Server Settings → AutoMod, let the rules leave out channel ${channelId} or Reeve's role.`;
		default:
			return `Discord did not take it. If this lasts, check that channel ${channelId} (DISCORD_ADMIN_CHANNEL_ID) is in Reeve's server.`;
	}
}
