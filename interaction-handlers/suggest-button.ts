import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { showSuggestions } from '../src/interactions/show-suggestions.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** Page buttons of the suggested links. */
export class SuggestButton extends OperatorButton<'suggest'> {
	protected readonly action = 'suggest';

	protected async handle(interaction: ButtonInteraction, { page }: ActionOf<'suggest'>) {
		await interaction.deferUpdate();
		return showSuggestions(interaction, { page, reread: false });
	}
}
