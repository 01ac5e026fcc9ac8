import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { historyReply } from '../src/messages/replies/history.js';

/** Page buttons of the history. */
export class HistoryButton extends OperatorButton<'history'> {
	protected readonly action = 'history';

	protected async handle(interaction: ButtonInteraction, { days, page }: ActionOf<'history'>) {
		const { runs, settings } = this.container.reeve.services;
		await interaction.deferUpdate();
		return interaction.editReply(historyReply(await runs.history(days, page), settings.guildId));
	}
}
