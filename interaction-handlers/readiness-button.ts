import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { readinessReply } from '../src/messages/replies/readiness.js';

/** Page buttons of the readiness for auto-fix. */
export class ReadinessButton extends OperatorButton<'readiness'> {
	protected readonly action = 'readiness';

	protected async handle(interaction: ButtonInteraction, { page }: ActionOf<'readiness'>) {
		await interaction.deferUpdate();
		return interaction.editReply(readinessReply(await this.container.reeve.services.health.readiness(), page));
	}
}
