import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
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
		await interaction.editReply({ embeds: [statusEmbed(await health.status(), settings)] });
	}
};
