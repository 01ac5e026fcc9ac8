import {
	type CommandInteraction,
	DiscordAPIError,
	type InteractionEditReplyOptions,
	type MessageComponentInteraction,
	MessageFlags,
	type MessageMentionOptions,
	type ModalSubmitInteraction,
	RESTJSONErrorCodes
} from 'discord.js';
import { SourceError } from '../reconciliation/domain/ports.js';

/** The interaction token has expired, or the message was deleted. */
const EXPIRED: readonly (number | string)[] = [
	RESTJSONErrorCodes.UnknownInteraction,
	RESTJSONErrorCodes.UnknownMessage,
	RESTJSONErrorCodes.UnknownWebhook,
	RESTJSONErrorCodes.InvalidWebhookToken
];

/** Of each message, because the client may be another bot's. */
const NO_MENTIONS: MessageMentionOptions = { parse: [] };

/** Replies so that only the sender sees it, whether or not the interaction already has a response. Ignores an expired interaction. */
export async function replyEphemeral(
	interaction: CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction,
	content: string
): Promise<void> {
	try {
		const message = { content, allowedMentions: NO_MENTIONS };
		if (interaction.isCommand() && interaction.deferred) await interaction.editReply(message);
		else if (interaction.deferred || interaction.replied) await interaction.followUp({ ...message, flags: MessageFlags.Ephemeral });
		else await interaction.reply({ ...message, flags: MessageFlags.Ephemeral });
	} catch (error) {
		if (!(error instanceof DiscordAPIError && EXPIRED.includes(error.code))) throw error;
	}
}

/** Edits the reply. Ignores an expired interaction: the outcome is also recorded and reported elsewhere. */
export async function tryEditReply(
	interaction: CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction,
	message: InteractionEditReplyOptions
): Promise<void> {
	try {
		await interaction.editReply({ ...message, allowedMentions: NO_MENTIONS });
	} catch (error) {
		if (!(error instanceof DiscordAPIError && EXPIRED.includes(error.code))) throw error;
	}
}

/** Whether another process handled the interaction first: every process receives every interaction. */
export function isAlreadyAcknowledged(error: unknown): boolean {
	return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
}

/** Leaves room for the rest of the reply within Discord's 2,000 characters. */
const MAX_ERROR_LENGTH = 500;

/** Reply to an interaction that failed: with what to do if a source failed, else with the error. */
export function errorReply(error: unknown): string {
	if (error instanceof SourceError) return error.message;
	const reason = error instanceof Error ? error.message : String(error);
	return `Unexpected error: ${reason.slice(0, MAX_ERROR_LENGTH)}\nDetails are in Reeve's log. If it happens again, contact the person who runs Reeve.`;
}
