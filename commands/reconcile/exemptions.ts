import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { exemptionsReply } from '../../src/messages/replies/exemptions.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile exemptions`: lists the exemptions, with a menu to end one. */
export const exemptions: ReconcileSubcommand = {
	name: 'exemptions',
	describe: (subcommand) => subcommand.setDescription('List exemptions and end them'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { members } = container.reeve.services;
		await interaction.editReply(await exemptionsReply(await members.exemptions(), 0, members.namesOf));
	}
};
