import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { applyReportFix } from '../src/interactions/apply-report-fix.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { isFromCopy, redrawReport } from '../src/interactions/redraw-message.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { confirmFixMessage } from '../src/messages/replies/confirm-fix.js';
import { takesAccess } from '../src/reconciliation/domain/effect.js';

/** **Apply fix** on an issue of a report. What takes access is asked about first. */
export class FixButton extends OperatorButton<'fix'> {
	protected readonly action = 'fix';

	protected async handle(interaction: ButtonInteraction, { runId, page, issueId, planHash }: ActionOf<'fix'>) {
		await interaction.deferUpdate();
		const issue = await this.container.reeve.services.fixes.openIssue(issueId);
		if (issue?.planHash === planHash && takesAccess(issue)) {
			const isCopy = isFromCopy(interaction);
			const plan = { issueId, planHash };
			const message = isCopy
				? confirmFixMessage(issue, { action: 'confirm-copy', runId, page, ...plan }, { action: 'page', runId, page, button: 'current' })
				: confirmFixMessage(issue, { action: 'confirm', runId, ...plan }, { action: 'cancel' });
			return isCopy ? interaction.editReply(message) : interaction.followUp({ ...message, flags: MessageFlags.Ephemeral });
		}
		const reply = await applyReportFix(interaction, { runId, issueId, planHash }, issue);
		await redrawReport(interaction, runId, page);
		return replyEphemeral(interaction, reply);
	}
}
