import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { linksReply } from '../../src/messages/replies/links.js';
import type { ReconcileSubcommand } from './subcommand.js';

export const unlink: ReconcileSubcommand = {
	name: 'unlink',
	describe: (subcommand) =>
		subcommand
			.setDescription('Show what ties a person to customers and teams, and untie it')
			.addUserOption((option) => option.setName('member').setDescription('Who').setRequired(true)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = container;
		const { id: discordId, username } = interaction.options.getUser('member', true);
		const name = (await reeve.nameOf(discordId)) ?? username;
		await interaction.editReply(linksReply(await reeve.ties(discordId), { discordId, name }));
	}
};
