import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { pausedAnnouncement, pausedReply, untilProblem } from '../../src/messages/replies/schedule-messages.js';
import { END_DATE_EXAMPLES, parseEndDate } from '../../src/reconciliation/schedule/parse-end-date.js';
import type { ReconcileSubcommand } from './subcommand.js';

const MAX_REASON_LENGTH = 500;

/** `/reconcile pause`: no daily runs, for a while or until somebody resumes them. */
export const pause: ReconcileSubcommand = {
	name: 'pause',
	describe: (subcommand) =>
		subcommand
			.setDescription('Stop the daily runs for a while; a run by hand still works')
			.addStringOption((until) =>
				until.setName('for').setDescription(`${END_DATE_EXAMPLES}; without it, until /reconcile resume`).setMaxLength(60)
			)
			.addStringOption((reason) => reason.setName('reason').setDescription('Why, for the other operators').setMaxLength(MAX_REASON_LENGTH)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve, settings } = container;
		const typed = interaction.options.getString('for');
		const until = typed === null ? null : parseEndDate(typed, new Date(), settings.RECONCILIATION_TIMEZONE);
		if (typed !== null && typeof until === 'string') return replyEphemeral(interaction, untilProblem(until, typed, END_DATE_EXAMPLES));
		const { pause, replaced } = await reeve.pause({
			actor: interaction.user.id,
			reason: interaction.options.getString('reason'),
			until: until as Date | null
		});
		await replyEphemeral(interaction, pausedReply(pause, replaced, reeve.paused));
		await reeve.announce({ content: pausedAnnouncement(pause) });
	}
};
