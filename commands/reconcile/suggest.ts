import { MessageFlags } from 'discord.js';
import { showSuggestions } from '../../src/interactions/show-suggestions.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile suggest`: unlinked role holders beside unlinked payers of the same name. */
export const suggest: ReconcileSubcommand = {
	name: 'suggest',
	describe: (subcommand) => subcommand.setDescription('Show unlinked role holders beside unlinked payers with the same name, to link them'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		return showSuggestions(interaction, { page: 0, reread: true });
	}
};
