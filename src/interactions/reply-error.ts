import { container } from '@sapphire/framework';
import type { CommandInteraction, MessageComponentInteraction, ModalSubmitInteraction } from 'discord.js';
import { errorReply, isAlreadyAcknowledged, replyEphemeral } from '../discord/replies.js';
import { NotRunningError, ShuttingDownError } from '../lifecycle.js';

/**
 * Logs an unexpected error of a command or a component, and replies to the operator. Nothing is said where another process has
 * acknowledged the interaction first; a shutdown is no error.
 * @param source - what failed, for the log: a command name or a custom ID
 */
export async function replyError(
	source: string,
	error: unknown,
	interaction: CommandInteraction | MessageComponentInteraction | ModalSubmitInteraction
): Promise<void> {
	if (isAlreadyAcknowledged(error)) return;
	const { reeve } = container;
	const expected = error instanceof ShuttingDownError || error instanceof NotRunningError;
	if (!expected) reeve.logger.error(`${source} failed:`, error);
	const reply = () => replyEphemeral(reeve.reworded(interaction), expected ? error.message : errorReply(error));
	await (reeve.isOpen ? reeve.services.lifecycle.trackReply(reply) : reply());
}
