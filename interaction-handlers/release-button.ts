import type { ButtonInteraction } from 'discord.js';
import { actorOf } from '../src/interactions/actor.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { releaseModal } from '../src/messages/replies/release.js';

/** **Move down…** and **Remove access…** below a plan that the safety check refuses: asks for the number of people. */
export class ReleaseButton extends OperatorButton<'release'> {
	protected readonly action = 'release';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'release'>) {
		// First: Discord accepts a modal only within three seconds.
		await interaction.showModal(releaseModal(action));
		return this.container.reeve.services.fixes.requestBulk({ ...action, ...actorOf(interaction) });
	}
}
