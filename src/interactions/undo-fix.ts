import { container } from '@sapphire/framework';
import type { MessageComponentInteraction } from 'discord.js';
import { replyEphemeral } from '../discord/replies.js';
import { isUndone, undoAnnouncement, undoReply } from '../messages/replies/undo.js';
import { actorOf } from './actor.js';
import { redrawMessage } from './redraw-message.js';

/** Undoes a fix, announces it, redraws the message that it was asked for in, and replies. */
export async function undoFix(interaction: MessageComponentInteraction, attemptId: string): Promise<void> {
	const { fixes, reports } = container.reeve.services;
	await interaction.deferUpdate();
	const result = await fixes.undo({ attemptId, ...actorOf(interaction) });
	const announcement = undoAnnouncement(result, interaction.user.id);
	if (announcement !== null) await reports.announce({ content: announcement });
	await redrawMessage(interaction, isUndone(result));
	await replyEphemeral(interaction, undoReply(result));
}
