import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { historyMessage } from '../../src/report/history.js';
import type { ReconcileSubcommand } from './subcommand.js';

const USUAL_DAYS = 7;
const MOST_DAYS = 365;

/** `/reconcile history`: the last runs. */
export const history: ReconcileSubcommand = {
	name: 'history',
	describe: (subcommand) =>
		subcommand
			.setDescription('The last runs: found, fixed, failed, held, how long, and why they ran')
			.addIntegerOption((days) =>
				days.setName('days').setDescription(`How many days back; ${USUAL_DAYS} without it`).setMinValue(1).setMaxValue(MOST_DAYS)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve, settings } = container;
		const days = interaction.options.getInteger('days') ?? USUAL_DAYS;
		await interaction.editReply(historyMessage(await reeve.history(days, 0), settings.DISCORD_GUILD_ID));
	}
};
