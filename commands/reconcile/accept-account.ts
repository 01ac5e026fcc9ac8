import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { acceptAccountReply, accountAcceptedAnnouncement } from '../../src/messages/replies/accept-account.js';
import type { ReconcileSubcommand } from './subcommand.js';

const MAX_TYPED_LENGTH = 40;

/** `/reconcile accept-account`: accepts that the Stripe key belongs to another account or mode. */
export const acceptAccount: ReconcileSubcommand = {
	name: 'accept-account',
	describe: (subcommand) =>
		subcommand
			.setDescription('Accept that the Stripe key now belongs to another account, or to test data')
			.addStringOption((confirm) =>
				confirm.setName('confirm').setDescription('Leave it empty to see what there is to accept').setMaxLength(MAX_TYPED_LENGTH)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { runs, reports } = container.reeve.services;
		const actor = interaction.user.id;
		const result = await runs.acceptAccount({ typed: interaction.options.getString('confirm'), actor });
		await replyEphemeral(interaction, acceptAccountReply(result));
		if (result.kind === 'accepted') await reports.announce({ content: accountAcceptedAnnouncement(actor, result.change) });
	}
};
