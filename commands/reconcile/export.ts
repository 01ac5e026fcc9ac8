import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { exportReply, nothingToExportReply, suggestRuns } from '../../src/messages/replies/export/record.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile export`: a run's issues and the attempts to mend them, as a CSV file. */
export const exportRun: ReconcileSubcommand = {
	name: 'export',
	describe: (subcommand) =>
		subcommand
			.setDescription("A run's issues and fix attempts as a file for a spreadsheet")
			.addStringOption((run) => run.setName('run').setDescription('Without it, the newest: start typing a date').setAutocomplete(true)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const asked = interaction.options.getString('run')?.trim() ?? null;
		const record = await container.reeve.record(asked);
		if (record === null) return replyEphemeral(interaction, nothingToExportReply(asked));
		return interaction.editReply(exportReply(record, container.settings.RECONCILIATION_TIMEZONE));
	},
	suggest: (interaction) =>
		respondWithChoices(
			interaction,
			container.reeve
				.endedRuns()
				.then((runs) => suggestRuns(runs, interaction.options.getFocused(), container.settings.RECONCILIATION_TIMEZONE))
		)
};
