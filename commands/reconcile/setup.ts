import { MessageFlags } from 'discord.js';
import { showSetup } from '../../src/interactions/show-setup.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile setup`: roles, channel and prices, step by step. */
export const setup: ReconcileSubcommand = {
	name: 'setup',
	describe: (subcommand) => subcommand.setDescription('Choose roles, the admin channel and what each price buys, step by step'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		return showSetup(interaction, { step: null });
	}
};
