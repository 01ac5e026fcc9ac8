import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { showSetup } from '../src/interactions/show-setup.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** Opens a step of the setup, or turns its page. */
export class SetupButton extends OperatorButton<'setup'> {
	protected readonly action = 'setup';

	protected async handle(interaction: ButtonInteraction, { step, page, opens }: ActionOf<'setup'>) {
		await interaction.deferUpdate();
		return showSetup(interaction, { step, page, reread: opens === 'reread' });
	}
}
