import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { drawChart } from '../../src/interactions/draw-chart.js';
import { historyReply } from '../../src/messages/replies/history.js';
import type { ReconcileSubcommand } from './subcommand.js';

const DEFAULT_DAYS = 7;
const MAX_DAYS = 365;

/** `/reconcile history`: recent runs. */
export const history: ReconcileSubcommand = {
	name: 'history',
	describe: (subcommand) =>
		subcommand
			.setDescription('Show recent runs')
			.addIntegerOption((days) =>
				days.setName('days').setDescription(`How many days back. Default: ${DEFAULT_DAYS}`).setMinValue(1).setMaxValue(MAX_DAYS)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { runs, settings } = container.reeve.services;
		const days = interaction.options.getInteger('days') ?? DEFAULT_DAYS;
		const [page, chart] = await Promise.all([runs.history(days, 0), drawChart()]);
		await interaction.editReply(historyReply(page, settings.guildId, chart));
	}
};
