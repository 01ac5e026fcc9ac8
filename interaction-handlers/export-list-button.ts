import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { peopleListFile } from '../src/messages/replies/people-list.js';

/** Exports a list of people as a CSV file. */
export class ExportListButton extends OperatorButton<'export-list'> {
	protected readonly action = 'export-list';

	protected async handle(interaction: ButtonInteraction, { list }: ActionOf<'export-list'>) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		return interaction.editReply(peopleListFile(await this.container.reeve.services.runs.list(list)));
	}
}
