import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { doctorEmbed } from '../../src/messages/replies/doctor.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile doctor`: whether all is as Reeve needs it, and what to do where it is not. */
export const doctor: ReconcileSubcommand = {
	name: 'doctor',
	describe: (subcommand) => subcommand.setDescription('Look whether all is as Reeve needs it, and say how to put right what is not'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		await interaction.editReply({ embeds: [doctorEmbed(await container.reeve.doctor())] });
	}
};
