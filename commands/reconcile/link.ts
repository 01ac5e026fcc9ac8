import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { respondWithChoices } from '../../src/discord/autocomplete.js';
import { linkTypedCustomer } from '../../src/interactions/link-customer.js';
import { customerChoices, MAX_TYPED_LENGTH } from '../../src/messages/replies/links.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile link`: links a member to a Stripe customer. */
export const link: ReconcileSubcommand = {
	name: 'link',
	describe: (subcommand) =>
		subcommand
			.setDescription('Link a member to a Stripe customer')
			.addUserOption((option) => option.setName('member').setDescription('The member (also works after they left)').setRequired(true))
			.addStringOption((option) =>
				option
					.setName('customer')
					.setDescription('Customer ID (cus_…), email address, or part of a name')
					.setRequired(true)
					.setMaxLength(MAX_TYPED_LENGTH)
					.setAutocomplete(true)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { members } = container.reeve.services;
		const { id: discordId, username } = interaction.options.getUser('member', true);
		const member = { discordId, name: (await members.nameOf(discordId)) ?? username };
		const typed = interaction.options.getString('customer', true).trim();
		return linkTypedCustomer(interaction, member, typed);
	},
	suggest: (interaction) =>
		respondWithChoices(
			interaction,
			container.reeve.services.members.searchCustomers(interaction.options.getFocused()).then(customerChoices)
		)
};
