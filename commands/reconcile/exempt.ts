import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import {
	exemptedAnnouncement,
	exemptedReply,
	MAX_REASON_LENGTH,
	MAX_UNTIL_LENGTH,
	NO_REASON
} from '../../src/messages/replies/exemptions.js';
import { untilProblem } from '../../src/messages/replies/schedule-messages.js';
import { END_DATE_EXAMPLES, parseEndDate } from '../../src/reconciliation/schedule/parse-end-date.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile exempt`: Reeve leaves somebody's roles as they are. */
export const exempt: ReconcileSubcommand = {
	name: 'exempt',
	describe: (subcommand) =>
		subcommand
			.setDescription('Leave this person alone: their roles are right as they are')
			.addUserOption((member) => member.setName('member').setDescription('Who').setRequired(true))
			.addStringOption((reason) =>
				reason.setName('reason').setDescription('Why, for the other operators').setRequired(true).setMaxLength(MAX_REASON_LENGTH)
			)
			.addStringOption((until) =>
				until.setName('until').setDescription(`${END_DATE_EXAMPLES}; without it, until somebody ends it`).setMaxLength(MAX_UNTIL_LENGTH)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve, settings } = container;
		const member = interaction.options.getUser('member', true);
		if (member.bot)
			return replyEphemeral(interaction, `Nothing was changed: <@${member.id}> is a bot, and Reeve leaves bots alone anyway.`);
		const reason = interaction.options.getString('reason', true).trim();
		if (reason === '') return replyEphemeral(interaction, NO_REASON);
		const typed = interaction.options.getString('until');
		const until = typed === null ? null : parseEndDate(typed, new Date(), settings.RECONCILIATION_TIMEZONE);
		if (typed !== null && typeof until === 'string')
			return replyEphemeral(interaction, untilProblem(until, typed, END_DATE_EXAMPLES, reason));
		const exempted = await reeve.exempt({ discordId: member.id, reason, until: until as Date | null, actor: interaction.user.id });
		await replyEphemeral(interaction, exemptedReply(exempted));
		await reeve.announce({ content: exemptedAnnouncement(exempted) });
		if (exempted.settledIn !== null) await reeve.refreshReport(exempted.settledIn);
	}
};
