import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { forgetReply } from '../../src/messages/replies/forget.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile forget`: exports what is stored about a person, and deletes it. */
export const forget: ReconcileSubcommand = {
	name: 'forget',
	describe: (subcommand) =>
		subcommand
			.setDescription('Export what Reeve has stored about a person, and delete it if they ask for that')
			.addUserOption((member) =>
				member.setName('member').setDescription('The person (their ID also works after they left)').setRequired(true)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { id } = interaction.options.getUser('member', true);
		return interaction.editReply(forgetReply(await container.reeve.services.privacy.preview(id), new Date()));
	}
};
