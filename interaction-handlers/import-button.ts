import type { ButtonInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { importAnnouncement, importReply } from '../src/messages/replies/imports.js';

/** **Import …**: imports the file whose results were shown. */
export class ImportButton extends OperatorButton<'import'> {
	protected readonly action = 'import';

	protected async handle(interaction: ButtonInteraction, { batchId, shownHash }: ActionOf<'import'>) {
		const { imports, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const actor = interaction.user.id;
		const result = await imports.apply({ batchId, confirmed: shownHash, actor });
		const reply = importReply(result);
		// A second click: the message keeps what the first one shows, with its button to undo.
		if (result.kind === 'settled') return replyEphemeral(interaction, reply.content);
		await interaction.editReply({ ...reply, attachments: [] });
		if (result.kind === 'imported') await reports.announce({ content: importAnnouncement(result, actor) });
	}
}
