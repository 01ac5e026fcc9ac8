import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { answerPrivately } from '../../src/discord/answer.js';
import { parseUntil, UNTIL_EXAMPLES } from '../../src/reconciliation/until.js';
import { pausedLine, pausedMessage, untilProblem } from '../../src/report/schedule-words.js';
import type { ReconcileSubcommand } from './subcommand.js';

const LONGEST_REASON = 500;

/** `/reconcile pause`: no daily runs, for a while or until somebody resumes them. */
export const pause: ReconcileSubcommand = {
	name: 'pause',
	describe: (subcommand) =>
		subcommand
			.setDescription('Stop the daily runs for a while; a run by hand still works')
			.addStringOption((until) =>
				until.setName('for').setDescription(`${UNTIL_EXAMPLES}; without it, until /reconcile resume`).setMaxLength(60)
			)
			.addStringOption((reason) => reason.setName('reason').setDescription('Why, for the other operators').setMaxLength(LONGEST_REASON)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve, settings } = container;
		const typed = interaction.options.getString('for');
		const until = typed === null ? null : parseUntil(typed, new Date(), settings.RECONCILIATION_TIMEZONE);
		if (typed !== null && typeof until === 'string') return answerPrivately(interaction, untilProblem(until, typed, UNTIL_EXAMPLES));
		const { pause, replaced } = await reeve.pause({
			actor: interaction.user.id,
			reason: interaction.options.getString('reason'),
			until: until as Date | null
		});
		await answerPrivately(interaction, pausedMessage(pause, replaced, reeve.paused));
		await reeve.announce({ content: pausedLine(pause) });
	}
};
