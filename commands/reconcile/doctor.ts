import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { doctorEmbed } from '../../src/messages/replies/doctor.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile doctor`: checks permissions, keys and settings. */
export const doctor: ReconcileSubcommand = {
	name: 'doctor',
	describe: (subcommand) => subcommand.setDescription("Check the setup and say how to fix what's wrong"),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		await interaction.editReply({ embeds: [doctorEmbed(await container.reeve.services.health.check())] });
	}
};
