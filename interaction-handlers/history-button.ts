import type { ButtonInteraction } from 'discord.js';
import { drawChart } from '../src/interactions/draw-chart.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { historyReply } from '../src/messages/replies/history.js';

/** Page buttons of the history. */
export class HistoryButton extends OperatorButton<'history'> {
	protected readonly action = 'history';

	protected async handle(interaction: ButtonInteraction, { days, page }: ActionOf<'history'>) {
		const { runs, settings } = this.container.reeve.services;
		await interaction.deferUpdate();
		// The chart is on the first page: it is the same for all.
		const [runsOfPage, chart] = await Promise.all([runs.history(days, page), page === 0 ? drawChart() : null]);
		return interaction.editReply(historyReply(runsOfPage, settings.guildId, chart));
	}
}
