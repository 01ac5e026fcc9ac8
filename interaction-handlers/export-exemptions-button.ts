import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { exemptionsFile } from '../src/messages/replies/exemptions-file.js';

/** Exports the exemptions as a CSV file. */
export class ExportExemptionsButton extends OperatorButton<'export-exemptions'> {
	protected readonly action = 'export-exemptions';

	protected async handle(interaction: ButtonInteraction) {
		const { members } = this.container.reeve.services;
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		return interaction.editReply(await exemptionsFile(await members.exemptions(), members.namesOf));
	}
}
