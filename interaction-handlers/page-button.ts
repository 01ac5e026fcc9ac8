import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { isFromCopy } from '../src/interactions/redraw-message.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { OUTDATED_REPORT } from '../src/messages/report/outdated.js';
import { reportPage } from '../src/messages/report/page.js';

/** Page buttons of a private copy of a report. Those of a shared report of an older version open a copy. */
export class PageButton extends OperatorButton<'page'> {
	protected readonly action = 'page';

	protected async handle(interaction: ButtonInteraction, { runId, page }: ActionOf<'page'>) {
		await (isFromCopy(interaction) ? interaction.deferUpdate() : interaction.deferReply({ flags: MessageFlags.Ephemeral }));
		const view = await this.container.reeve.services.reports.view(runId);
		return interaction.editReply(view === null ? { content: OUTDATED_REPORT, embeds: [], components: [] } : reportPage(view, page, true));
	}
}
