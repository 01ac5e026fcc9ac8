import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { nextOpenPage } from '../src/messages/report/listed.js';
import { OUTDATED_REPORT } from '../src/messages/report/outdated.js';
import { reportPage } from '../src/messages/report/page.js';

/** Opens a private copy of a report, whose pages its operator turns. */
export class OpenCopyButton extends OperatorButton<'open-copy'> {
	protected readonly action = 'open-copy';

	protected async handle(interaction: ButtonInteraction, { runId, page }: ActionOf<'open-copy'>) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const view = await this.container.reeve.services.reports.view(runId);
		return interaction.editReply(view === null ? OUTDATED_REPORT : reportPage(view, nextOpenPage(view, page), true));
	}
}
