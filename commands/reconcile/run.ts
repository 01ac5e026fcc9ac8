import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { answerPrivately } from '../../src/discord/answer.js';
import { RunInProgressError } from '../../src/reconciliation/index.js';
import { finishedMessage } from '../../src/report/progress.js';
import { createProgressReply } from '../../src/report/progress-reply.js';
import type { ReconcileSubcommand } from './subcommand.js';

export const run: ReconcileSubcommand = {
	name: 'run',
	describe: (subcommand) => subcommand.setDescription('Compare everything now and post the report'),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { reeve } = container;
		const progress = createProgressReply((content) => interaction.editReply(content));
		try {
			const result = await reeve.run({ triggeredBy: 'manual', requestedBy: interaction.user.id, onProgress: progress.show });
			await progress.finish();
			if (result !== null) await answerPrivately(interaction, finishedMessage(result, await reeve.reportUrl(result.runId), reeve.paused));
		} catch (error) {
			await progress.finish();
			if (!(error instanceof RunInProgressError)) throw error;
			await answerPrivately(interaction, `${error.message} Its report will appear in the admin channel; then run it again if you need to.`);
		}
	}
};
