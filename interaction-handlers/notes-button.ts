import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { notesReply } from '../src/messages/report/notes.js';
import { OUTDATED_REPORT } from '../src/messages/report/outdated.js';

/** Shows what a report notes without calling it an issue. */
export class NotesButton extends OperatorButton<'notes'> {
	protected readonly action = 'notes';

	protected async handle(interaction: ButtonInteraction, { runId }: ActionOf<'notes'>) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const view = await this.container.reeve.services.reports.view(runId);
		return interaction.editReply(view === null ? OUTDATED_REPORT : notesReply(view));
	}
}
