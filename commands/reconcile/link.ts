import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { customerChoices, linkAnnouncement, linkReply, pickCustomer } from '../../src/messages/replies/links.js';
import type { ReconcileSubcommand } from './subcommand.js';

export const link: ReconcileSubcommand = {
	name: 'link',
	describe: (subcommand) =>
		subcommand
			.setDescription('Tie a person to the Stripe customer that pays for them')
			.addUserOption((option) => option.setName('member').setDescription('Who').setRequired(true))
			.addStringOption((option) =>
				option
					.setName('customer')
					.setDescription('A customer ID (cus_…), an email address, or a part of a name')
					.setRequired(true)
					.setMaxLength(200)
					.setAutocomplete(true)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = container;
		const { id: discordId, username } = interaction.options.getUser('member', true);
		const someone = { discordId, name: (await reeve.nameOf(discordId)) ?? username };
		const typed = interaction.options.getString('customer', true).trim();
		if (!reeve.looksLikeCustomerId(typed)) return interaction.editReply(pickCustomer(await reeve.customersLike(typed), typed, someone));
		const actor = interaction.user.id;
		const result = await reeve.link({ discordId, customerId: typed, actor, confirmed: null });
		await interaction.editReply(linkReply(result, someone, typed));
		if (result.kind === 'linked') await reeve.announce({ content: linkAnnouncement(result, someone, typed, actor) });
	},
	suggest: (interaction) =>
		respondWithChoices(interaction, container.reeve.customersLike(interaction.options.getFocused()).then(customerChoices))
};
