import type { ButtonInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { actorOf } from '../src/interactions/actor.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { fixReply } from '../src/messages/replies/outcome.js';
import { reportPage } from '../src/messages/report/page.js';

/** **Apply fix** on an issue of a report. */
export class FixButton extends OperatorButton<'fix'> {
	protected readonly action = 'fix';

	protected async handle(interaction: ButtonInteraction, { runId, page, issueId, planHash }: ActionOf<'fix'>) {
		const { fixes, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const result = await fixes.apply({ issueId, planHash, runId, ...actorOf(interaction) });
		const report = await reports.view(runId);
		if (report !== null) await interaction.editReply(reportPage(report, page));
		const subject = report?.result.issues.find((issue) => issue.id === issueId) ?? null;
		return replyEphemeral(interaction, fixReply(result, subject));
	}
}
