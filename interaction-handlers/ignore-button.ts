import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { ignoreModal } from '../src/messages/replies/exemptions.js';

/** **Ignore…** on an issue of a report: asks why and until when. */
export class IgnoreButton extends OperatorButton<'ignore'> {
	protected readonly action = 'ignore';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'ignore'>) {
		return interaction.showModal(ignoreModal(action));
	}
}
