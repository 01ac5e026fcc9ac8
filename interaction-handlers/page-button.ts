import type { ButtonInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { reportPage } from '../src/messages/report/page.js';

const OUTDATED = 'This report is not in the database any more. Run `/reconcile run` for a new one.';

/** Page buttons of a report. */
export class PageButton extends OperatorButton<'page'> {
	protected readonly action = 'page';

	protected async handle(interaction: ButtonInteraction, { runId, page }: ActionOf<'page'>) {
		await interaction.deferUpdate();
		const report = await this.container.reeve.reports.view(runId);
		if (report === null) return replyEphemeral(interaction, OUTDATED);
		return interaction.editReply(reportPage(report, page));
	}
}
