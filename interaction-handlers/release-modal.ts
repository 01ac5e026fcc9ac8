import type { ModalSubmitInteraction } from 'discord.js';
import { applyBulk } from '../src/interactions/apply-bulk.js';
import { OperatorModal } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { RELEASE_FIELD, typedNumber } from '../src/messages/replies/release.js';

/** The number that releases a hold. */
export class ReleaseModal extends OperatorModal<'release'> {
	protected readonly action = 'release';

	protected async handle(interaction: ModalSubmitInteraction, action: ActionOf<'release'>) {
		await interaction.deferUpdate();
		return applyBulk(interaction, action, typedNumber(interaction.fields.getTextInputValue(RELEASE_FIELD)));
	}
}
