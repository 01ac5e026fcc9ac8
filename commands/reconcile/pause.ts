import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { pausedAnnouncement, pausedReply, untilProblem } from '../../src/messages/replies/schedule-messages.js';
import { END_DATE_EXAMPLES, parseEndDate } from '../../src/reconciliation/schedule/parse-end-date.js';
import type { ReconcileSubcommand } from './subcommand.js';

const MAX_REASON_LENGTH = 500;

/** `/reconcile pause`: stops the daily runs until a date or `/reconcile resume`. */
export const pause: ReconcileSubcommand = {
	name: 'pause',
	describe: (subcommand) =>
		subcommand
			.setDescription('Pause the daily runs; /reconcile run still works')
			.addStringOption((until) =>
				until.setName('for').setDescription(`${END_DATE_EXAMPLES}. Default: until /reconcile resume`).setMaxLength(60)
			)
			.addStringOption((reason) => reason.setName('reason').setDescription('Why, for the other operators').setMaxLength(MAX_REASON_LENGTH)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { schedule, reports, settings } = container.reeve;
		const typed = interaction.options.getString('for');
		const until = typed === null ? null : parseEndDate(typed, new Date(), settings.timeZone);
		if (typed !== null && typeof until === 'string') return replyEphemeral(interaction, untilProblem(until, typed, END_DATE_EXAMPLES));
		const { pause, replaced } = await schedule.pause({
			actor: interaction.user.id,
			reason: interaction.options.getString('reason'),
			until: until as Date | null
		});
		await replyEphemeral(interaction, pausedReply(pause, replaced, schedule.pausedBySettings));
		await reports.announce({ content: pausedAnnouncement(pause) });
	}
};
