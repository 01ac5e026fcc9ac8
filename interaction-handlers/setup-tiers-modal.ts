import type { ModalSubmitInteraction } from 'discord.js';
import { OperatorModal } from '../src/interactions/operator-handler.js';
import { showSetup } from '../src/interactions/show-setup.js';
import { TIERS_FIELD } from '../src/messages/replies/setup/roles.js';

/** The tiers that an operator typed in the setup. */
export class SetupTiersModal extends OperatorModal<'setup-tiers'> {
	protected readonly action = 'setup-tiers';

	protected async handle(interaction: ModalSubmitInteraction) {
		await interaction.deferUpdate();
		const typed = interaction.fields.getTextInputValue(TIERS_FIELD);
		const answer = await this.container.reeve.services.setup.chooseTiers(typed, interaction.user.id);
		return showSetup(interaction, { step: 'roles', answer });
	}
}
