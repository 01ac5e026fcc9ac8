import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { explanationReply } from '../../src/messages/replies/explain/message.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile why`: one person, explained. */
export const why: ReconcileSubcommand = {
	name: 'why',
	describe: (subcommand) =>
		subcommand
			.setDescription('Explain one person: what they pay for, what they should have, and what Reeve did to them')
			.addUserOption((member) => member.setName('member').setDescription('Whom to explain, also if they have left').setRequired(true)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { id, username } = interaction.options.getUser('member', true);
		return interaction.editReply(explanationReply(await container.reeve.explain(id), username));
	}
};
