import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { ignoreModal } from '../src/messages/replies/exemptions.js';

/** **Ignore…** below an explanation: asks why and until when. */
export class ExemptButton extends OperatorButton<'exempt'> {
	protected readonly action = 'exempt';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'exempt'>) {
		return interaction.showModal(ignoreModal(action));
	}
}
