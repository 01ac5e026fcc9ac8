import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { undoImportAnnouncement, undoImportReply } from '../src/messages/replies/imports.js';

/** **Undo import**: removes the links that an import wrote. */
export class UndoImportButton extends OperatorButton<'undo-import'> {
	protected readonly action = 'undo-import';

	protected async handle(interaction: ButtonInteraction, { batchId }: ActionOf<'undo-import'>) {
		const { imports, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const actor = interaction.user.id;
		const result = await imports.undo({ batchId, actor });
		await interaction.editReply({ content: undoImportReply(result), components: [] });
		if (result.kind === 'undone') await reports.announce({ content: undoImportAnnouncement(result, batchId, actor) });
	}
}
