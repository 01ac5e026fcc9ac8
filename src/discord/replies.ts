import {
	type CommandInteraction,
	DiscordAPIError,
	type InteractionEditReplyOptions,
	type MessageComponentInteraction,
	MessageFlags,
	type ModalSubmitInteraction,
	RESTJSONErrorCodes
} from 'discord.js';

/** Too late: the interaction is over, or somebody deleted what it was about. */
const EXPIRED: readonly (number | string)[] = [
	RESTJSONErrorCodes.UnknownInteraction,
	RESTJSONErrorCodes.UnknownMessage,
	RESTJSONErrorCodes.UnknownWebhook,
	RESTJSONErrorCodes.InvalidWebhookToken
];

/** Tells the person who asked, and nobody else, whether or not they have had an answer already. */
export async function replyEphemeral(
	interaction: CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction,
	content: string
): Promise<void> {
	try {
		if (interaction.isCommand() && interaction.deferred) await interaction.editReply(content);
		else if (interaction.deferred || interaction.replied) await interaction.followUp({ content, flags: MessageFlags.Ephemeral });
		else await interaction.reply({ content, flags: MessageFlags.Ephemeral });
	} catch (error) {
		if (!(error instanceof DiscordAPIError && EXPIRED.includes(error.code))) throw error;
	}
}

/** Edits the answer of somebody who may be gone: what was done is done, and said elsewhere. */
export async function tryEditReply(
	interaction: CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction,
	message: InteractionEditReplyOptions
): Promise<void> {
	try {
		await interaction.editReply(message);
	} catch (error) {
		if (!(error instanceof DiscordAPIError && EXPIRED.includes(error.code))) throw error;
	}
}

/** Of several processes, all of which hear of every click, another one has answered first: what was asked is that one's business. */
export function isAlreadyAcknowledged(error: unknown): boolean {
	return error instanceof DiscordAPIError && error.code === RESTJSONErrorCodes.InteractionHasAlreadyBeenAcknowledged;
}

/** What to say when something went wrong that nobody foresaw. */
export function unexpectedErrorReply(error: unknown): string {
	const reason = error instanceof Error ? error.message : String(error);
	return `That did not work: ${reason.slice(0, 500)}\nThe details are in Reeve's log. If it happens again, tell whoever runs Reeve.`;
}
