import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { showExplanation } from '../src/interactions/show-explanation.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** **Show details** and **Hide details** below an explanation: reads the member again. */
export class ExplainButton extends OperatorButton<'explain'> {
	protected readonly action = 'explain';

	protected async handle(interaction: ButtonInteraction, { discordId, shows }: ActionOf<'explain'>) {
		await interaction.deferUpdate();
		return showExplanation(interaction, discordId, { shows });
	}
}
