import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { statusEmbed } from '../../src/messages/replies/status.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile status`: how things stand. */
export const status: ReconcileSubcommand = {
	name: 'status',
	describe: (subcommand) =>
		subcommand.setDescription('Schedule, last run, open issues, and whether Stripe, Discord and the database are well'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve, settings, database } = container;
		const embed = statusEmbed(await reeve.status(), {
			guildId: settings.DISCORD_GUILD_ID,
			autoFix: settings.RECONCILIATION_AUTO_FIX === 'true',
			redis: settings.REDIS_URL !== undefined,
			database: database.kind
		});
		await interaction.editReply({ embeds: [embed] });
	}
};
