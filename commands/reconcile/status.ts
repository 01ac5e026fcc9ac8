import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { drawChart } from '../../src/interactions/draw-chart.js';
import { withChart } from '../../src/messages/replies/chart.js';
import { statusEmbed } from '../../src/messages/replies/status.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile status`: the state of schedule, issues and sources. */
export const status: ReconcileSubcommand = {
	name: 'status',
	describe: (subcommand) =>
		subcommand.setDescription('Show the schedule, last run, open issues, and the health of Stripe, Discord and the database'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { health, settings } = container.reeve.services;
		const [found, chart] = await Promise.all([health.status(), drawChart()]);
		await interaction.editReply({ embeds: [withChart(statusEmbed(found, settings), chart)], files: chart === null ? [] : [chart] });
	}
};
