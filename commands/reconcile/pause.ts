import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { MAX_END_DATE_LENGTH, readEndDate } from '../../src/messages/replies/end-date.js';
import { pausedAnnouncement, pausedReply } from '../../src/messages/replies/schedule-messages.js';
import { END_DATE_EXAMPLES } from '../../src/reconciliation/schedule/parse-end-date.js';
import type { ReconcileSubcommand } from './subcommand.js';

const MAX_REASON_LENGTH = 500;

/** `/reconcile pause`: stops the daily runs until a date or `/reconcile resume`. */
export const pause: ReconcileSubcommand = {
	name: 'pause',
	describe: (subcommand) =>
		subcommand
			.setDescription('Pause the daily runs; /reconcile run still works')
			.addStringOption((until) =>
				until.setName('for').setDescription(`${END_DATE_EXAMPLES}. Default: until /reconcile resume`).setMaxLength(MAX_END_DATE_LENGTH)
			)
			.addStringOption((reason) => reason.setName('reason').setDescription('Why, for the other operators').setMaxLength(MAX_REASON_LENGTH)),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { schedule, reports, settings } = container.reeve.services;
		const end = readEndDate(interaction.options.getString('for'), settings);
		if ('problem' in end) return replyEphemeral(interaction, end.problem);
		const { pause, replaced } = await schedule.pause({
			actor: interaction.user.id,
			reason: interaction.options.getString('reason'),
			until: end.until
		});
		await replyEphemeral(interaction, pausedReply(pause, replaced, schedule.pausedBySettings));
		await reports.announce({ content: pausedAnnouncement(pause) });
	}
};
