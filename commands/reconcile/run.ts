import { container } from '@sapphire/framework';
import { MessageFlags } from 'discord.js';
import { replyEphemeral, tryEditReply } from '../../src/discord/replies.js';
import { bulkPlanReply, singlePlanReply } from '../../src/messages/replies/bulk.js';
import { runFinishedReply } from '../../src/messages/replies/progress.js';
import { createProgressReply } from '../../src/messages/replies/progress-reply.js';
import { pausedNote } from '../../src/messages/replies/schedule-messages.js';
import type { ReconciliationResult } from '../../src/reconciliation/index.js';
import { RunInProgressError } from '../../src/reconciliation/runs/run.js';
import type { ReconcileSubcommand } from './subcommand.js';

const MODES = [
	{ name: 'report: change nothing', value: 'report' },
	{ name: 'fix: show what would change, then ask', value: 'fix' }
];

/** `/reconcile run`: compares everyone, or one member; `mode: fix` then shows the plan and asks. */
export const run: ReconcileSubcommand = {
	name: 'run',
	describe: (subcommand) =>
		subcommand
			.setDescription('Compare Stripe and Discord now and post the report')
			.addStringOption((mode) => mode.setName('mode').setDescription('Default: as configured').addChoices(MODES))
			.addUserOption((member) => member.setName('member').setDescription('Compare only this member')),
	run: async (interaction) => {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const { runs, reports, schedule, settings } = container.reeve.services;
		const mode = interaction.options.getString('mode');
		const member = interaction.options.getUser('member');
		if (member?.bot) return replyEphemeral(interaction, `<@${member.id}> is a bot, and Reeve never changes bots.`);
		const progress = createProgressReply((content) => interaction.editReply(content));
		try {
			const result = await runs.start({
				triggeredBy: 'manual',
				requestedBy: interaction.user.id,
				onProgress: progress.show,
				...(mode === null ? {} : { autoFix: false }),
				...(member === null ? {} : { onlyMember: member.id })
			});
			await progress.finish();
			if (result === null) return;
			// The result is shown even if the database is unavailable by now.
			const [pause, report] = await Promise.all([schedule.currentPause().catch(() => null), reports.locate(result.runId)]);
			const finished = runFinishedReply(result, report, pausedNote(schedule.pausedBySettings, pause), settings.stripeMode);
			return tryEditReply(interaction, mode === 'fix' ? await replyText(result, finished) : { content: finished });
		} catch (error) {
			await progress.finish();
			if (!(error instanceof RunInProgressError)) throw error;
			return replyEphemeral(interaction, `${error.message} Its report will appear in the admin channel; then run it again if you need to.`);
		}
	}
};

/** The result of the run, with the plan to approve if there is one. */
async function replyText(result: ReconciliationResult, finished: string) {
	const [only] = result.issues;
	if (only === undefined) return { content: finished };
	if (result.onlyMember === null) {
		const plan = await container.reeve.services.fixes.planBulk('all');
		return plan === null ? { content: finished } : bulkPlanReply(plan, finished);
	}
	const { content, ...rest } = singlePlanReply(only);
	return { ...rest, content: `${finished}\n${content}` };
}
