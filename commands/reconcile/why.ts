import { MessageFlags } from 'discord.js';
import { showExplanation } from '../../src/interactions/show-explanation.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile why`: explains why a member should have their roles. */
export const why: ReconcileSubcommand = {
	name: 'why',
	describe: (subcommand) =>
		subcommand
			.setDescription("Explain a member's roles: subscriptions, policy result and history")
			.addUserOption((member) => member.setName('member').setDescription('The member (also works after they left)').setRequired(true)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { id, username } = interaction.options.getUser('member', true);
		return showExplanation(interaction, id, { name: username });
	}
};
