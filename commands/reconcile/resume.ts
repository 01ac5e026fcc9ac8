import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { resumedAnnouncement, resumedReply } from '../../src/messages/replies/schedule-messages.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile resume`: ends a pause. */
export const resume: ReconcileSubcommand = {
	name: 'resume',
	describe: (subcommand) => subcommand.setDescription('Resume the daily runs'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { schedule, reports } = container.reeve.services;
		const { ended, nextRunAt } = await schedule.resume({ actor: interaction.user.id });
		await replyEphemeral(interaction, resumedReply(ended, nextRunAt, schedule.pausedBySettings));
		if (ended !== null) await reports.announce({ content: resumedAnnouncement(interaction.user.id, ended) });
	}
};
