import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { MAX_END_DATE_LENGTH, readEndDate } from '../../src/messages/replies/end-date.js';
import { exemptedAnnouncement, exemptedReply, MAX_REASON_LENGTH, NO_REASON } from '../../src/messages/replies/exemptions.js';
import { END_DATE_EXAMPLES } from '../../src/reconciliation/schedule/parse-end-date.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile exempt`: keeps a member's roles as they are. */
export const exempt: ReconcileSubcommand = {
	name: 'exempt',
	describe: (subcommand) =>
		subcommand
			.setDescription('Ignore a member: keep their roles whatever Stripe says')
			.addUserOption((member) => member.setName('member').setDescription('The member (also works after they left)').setRequired(true))
			.addStringOption((reason) =>
				reason.setName('reason').setDescription('Why, for the other operators').setRequired(true).setMaxLength(MAX_REASON_LENGTH)
			)
			.addStringOption((until) =>
				until.setName('until').setDescription(`${END_DATE_EXAMPLES}. Default: until an operator ends it`).setMaxLength(MAX_END_DATE_LENGTH)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { members, reports, settings } = container.reeve.services;
		const member = interaction.options.getUser('member', true);
		if (member.bot) return replyEphemeral(interaction, `Nothing was changed: <@${member.id}> is a bot, and Reeve never changes bots.`);
		const reason = interaction.options.getString('reason', true).trim();
		if (reason === '') return replyEphemeral(interaction, NO_REASON);
		const end = readEndDate(interaction.options.getString('until'), settings, reason);
		if ('problem' in end) return replyEphemeral(interaction, end.problem);
		const exempted = await members.exempt({ discordId: member.id, reason, until: end.until, actor: interaction.user.id });
		await replyEphemeral(interaction, exemptedReply(exempted));
		await reports.announce({ content: exemptedAnnouncement(exempted) });
		if (exempted.settledIn !== null) await reports.refresh(exempted.settledIn);
	}
};
