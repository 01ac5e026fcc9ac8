import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { historyReply } from '../../src/messages/replies/history.js';
import type { ReconcileSubcommand } from './subcommand.js';

const DEFAULT_DAYS = 7;
const MAX_DAYS = 365;

/** `/reconcile history`: the last runs. */
export const history: ReconcileSubcommand = {
	name: 'history',
	describe: (subcommand) =>
		subcommand
			.setDescription('The last runs: found, fixed, failed, held, how long, and why they ran')
			.addIntegerOption((days) =>
				days.setName('days').setDescription(`How many days back; ${DEFAULT_DAYS} without it`).setMinValue(1).setMaxValue(MAX_DAYS)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve, settings } = container;
		const days = interaction.options.getInteger('days') ?? DEFAULT_DAYS;
		await interaction.editReply(historyReply(await reeve.history(days, 0), settings.DISCORD_GUILD_ID));
	}
};
