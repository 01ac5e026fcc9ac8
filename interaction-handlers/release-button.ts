import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { releaseModal } from '../src/messages/replies/release.js';

/** **Release the hold…**: asks for the number of people who lose a role. */
export class ReleaseButton extends OperatorButton<'release'> {
	protected readonly action = 'release';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'release'>) {
		return interaction.showModal(releaseModal(action));
	}
}
