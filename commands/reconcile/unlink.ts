import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { linksReply } from '../../src/messages/replies/links.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile unlink`: shows a member's links, with a menu to remove one. */
export const unlink: ReconcileSubcommand = {
	name: 'unlink',
	describe: (subcommand) =>
		subcommand
			.setDescription("Show and remove a member's links")
			.addUserOption((option) => option.setName('member').setDescription('The member (also works after they left)').setRequired(true)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { members } = container.reeve.services;
		const { id: discordId, username } = interaction.options.getUser('member', true);
		const name = (await members.nameOf(discordId)) ?? username;
		await interaction.editReply(linksReply(await members.links(discordId), { discordId, name }));
	}
};
