import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { answerPrivately } from '../../src/discord/answer.js';
import { parseUntil, UNTIL_EXAMPLES } from '../../src/reconciliation/until.js';
import { exemptedLine, exemptedMessage, LONGEST_REASON, LONGEST_UNTIL, NO_REASON } from '../../src/report/exemptions.js';
import { untilProblem } from '../../src/report/schedule-words.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile exempt`: Reeve leaves somebody's roles as they are. */
export const exempt: ReconcileSubcommand = {
	name: 'exempt',
	describe: (subcommand) =>
		subcommand
			.setDescription('Leave this person alone: their roles are right as they are')
			.addUserOption((member) => member.setName('member').setDescription('Who').setRequired(true))
			.addStringOption((reason) =>
				reason.setName('reason').setDescription('Why, for the other operators').setRequired(true).setMaxLength(LONGEST_REASON)
			)
			.addStringOption((until) =>
				until.setName('until').setDescription(`${UNTIL_EXAMPLES}; without it, until somebody ends it`).setMaxLength(LONGEST_UNTIL)
			),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve, settings } = container;
		const member = interaction.options.getUser('member', true);
		if (member.bot)
			return answerPrivately(interaction, `Nothing was changed: <@${member.id}> is a bot, and Reeve leaves bots alone anyway.`);
		const reason = interaction.options.getString('reason', true).trim();
		if (reason === '') return answerPrivately(interaction, NO_REASON);
		const typed = interaction.options.getString('until');
		const until = typed === null ? null : parseUntil(typed, new Date(), settings.RECONCILIATION_TIMEZONE);
		if (typed !== null && typeof until === 'string')
			return answerPrivately(interaction, untilProblem(until, typed, UNTIL_EXAMPLES, reason));
		const exempted = await reeve.exempt({ discordId: member.id, reason, until: until as Date | null, actor: interaction.user.id });
		await answerPrivately(interaction, exemptedMessage(exempted));
		await reeve.announce({ content: exemptedLine(exempted) });
		if (exempted.settledIn !== null) await reeve.refreshReport(exempted.settledIn);
	}
};
