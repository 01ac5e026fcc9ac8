import type { ButtonInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { actorOf } from '../src/interactions/actor.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { redrawMessage } from '../src/interactions/redraw-message.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { isUndone, undoAnnouncement, undoReply } from '../src/messages/replies/undo.js';

/** **Undo** on a fix, in a report or below its announcement. */
export class UndoButton extends OperatorButton<'undo'> {
	protected readonly action = 'undo';

	protected async handle(interaction: ButtonInteraction, { attemptId }: ActionOf<'undo'>) {
		const { fixes, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const result = await fixes.undo({ attemptId, ...actorOf(interaction) });
		const announcement = undoAnnouncement(result, interaction.user.id);
		if (announcement !== null) await reports.announce({ content: announcement });
		await redrawMessage(interaction, isUndone(result));
		return replyEphemeral(interaction, undoReply(result));
	}
}
