import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { answerPrivately } from '../../src/discord/answer.js';
import { resumedLine, resumedMessage } from '../../src/report/schedule-words.js';
import type { ReconcileSubcommand } from './subcommand.js';

/** `/reconcile resume`: ends a pause. */
export const resume: ReconcileSubcommand = {
	name: 'resume',
	describe: (subcommand) => subcommand.setDescription('End a pause: the daily runs go on'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = container;
		const { ended, nextRunAt } = await reeve.resume({ actor: interaction.user.id });
		await answerPrivately(interaction, resumedMessage(ended, nextRunAt, reeve.paused));
		if (ended !== null) await reeve.announce({ content: resumedLine(interaction.user.id, ended) });
	}
};
