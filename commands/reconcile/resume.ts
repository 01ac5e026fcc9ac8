import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral } from '../../src/discord/replies.js';
import { resumedAnnouncement, resumedReply } from '../../src/messages/replies/schedule-messages.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile resume`: ends a pause. */
export const resume: ReconcileSubcommand = {
	name: 'resume',
	describe: (subcommand) => subcommand.setDescription('End a pause: the daily runs go on'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = container;
		const { ended, nextRunAt } = await reeve.resume({ actor: interaction.user.id });
		await replyEphemeral(interaction, resumedReply(ended, nextRunAt, reeve.paused));
		if (ended !== null) await reeve.announce({ content: resumedAnnouncement(interaction.user.id, ended) });
	}
};
