import type { ButtonInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { applyReportFix } from '../src/interactions/apply-report-fix.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { redrawReport } from '../src/interactions/redraw-message.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** Confirms a fix that takes access, asked for in a private copy of a report, and shows the copy again. */
export class ConfirmCopyButton extends OperatorButton<'confirm-copy'> {
	protected readonly action = 'confirm-copy';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'confirm-copy'>) {
		await interaction.deferUpdate();
		const issue = await this.container.reeve.services.fixes.openIssue(action.issueId);
		const reply = await applyReportFix(interaction, action, issue);
		await redrawReport(interaction, action.runId, action.page);
		return replyEphemeral(interaction, reply);
	}
}
