import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { readinessReply } from '../../src/messages/replies/readiness.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile readiness`: what auto-fix would have done, against what operators did. */
export const readiness: ReconcileSubcommand = {
	name: 'readiness',
	describe: (subcommand) => subcommand.setDescription('Show whether auto-fix can be switched on: what it would have done over 30 days'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		await interaction.editReply(readinessReply(await container.reeve.services.health.readiness(), 0));
	}
};
