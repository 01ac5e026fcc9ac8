import type { ButtonInteraction } from 'discord.js';
import { tryEditReply } from '../src/discord/replies.js';
import { applyReportFix } from '../src/interactions/apply-report-fix.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** Confirms a fix that takes access, asked for in a report. */
export class ConfirmButton extends OperatorButton<'confirm'> {
	protected readonly action = 'confirm';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'confirm'>) {
		await interaction.deferUpdate();
		const { fixes, reports } = this.container.reeve.services;
		const content = await applyReportFix(interaction, action, await fixes.openIssue(action.issueId));
		await tryEditReply(interaction, { content, embeds: [], components: [] });
		await reports.refresh(action.runId);
	}
}
