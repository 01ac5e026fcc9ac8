import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { exportReply, nothingToExportReply, suggestRuns } from '../../src/messages/replies/export/record.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile export`: a run's issues, fix attempts and unknown members as CSV files. */
export const exportRun: ReconcileSubcommand = {
	name: 'export',
	describe: (subcommand) =>
		subcommand
			.setDescription("Export a run's issues and fix attempts as CSV")
			.addStringOption((run) =>
				run.setName('run').setDescription('Default: the newest run over all members. Start typing a date').setAutocomplete(true)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { runs, settings } = container.reeve.services;
		const runId = interaction.options.getString('run')?.trim() ?? null;
		const record = await runs.record(runId);
		if (record === null) return replyEphemeral(interaction, nothingToExportReply(runId));
		return interaction.editReply(exportReply(record, settings.timeZone));
	},
	suggest: (interaction) =>
		respondWithChoices(
			interaction,
			container.reeve.services.runs
				.ended()
				.then((runs) => suggestRuns(runs, interaction.options.getFocused(), container.reeve.services.settings.timeZone))
		)
};
