import type { ButtonInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { reportPage } from '../src/messages/report/page.js';

const OUTDATED =
	'The list of this report is no longer stored: it is older than Reeve keeps lists (RECONCILIATION_SNAPSHOT_DAYS). Run `/reconcile run` for a new one; `/reconcile why` shows what happened to a member.';

/** Page buttons of a report. */
export class PageButton extends OperatorButton<'page'> {
	protected readonly action = 'page';

	protected async handle(interaction: ButtonInteraction, { runId, page }: ActionOf<'page'>) {
		await interaction.deferUpdate();
		const report = await this.container.reeve.services.reports.view(runId);
		if (report === null) return replyEphemeral(interaction, OUTDATED);
		return interaction.editReply(reportPage(report, page));
	}
}
