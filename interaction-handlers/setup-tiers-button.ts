import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { tiersModal } from '../src/messages/replies/setup/roles.js';

/** **Change the tiers…** of the setup. */
export class SetupTiersButton extends OperatorButton<'setup-tiers'> {
	protected readonly action = 'setup-tiers';

	protected async handle(interaction: ButtonInteraction) {
		return interaction.showModal(tiersModal(await this.container.reeve.services.setup.tiers()));
	}
}
