import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { exemptionsReply } from '../../src/messages/replies/exemptions.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile exemptions`: who is exempt, and a menu to end it. */
export const exemptions: ReconcileSubcommand = {
	name: 'exemptions',
	describe: (subcommand) => subcommand.setDescription('Who is exempt, by whom, why and until when; and end an exemption'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = container;
		await interaction.editReply(await exemptionsReply(await reeve.exemptions(), 0, reeve.namesOf));
	}
};
