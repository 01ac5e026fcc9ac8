import type { ModalSubmitInteraction } from 'discord.js';
import { endOnboarding } from '../src/interactions/end-onboarding.js';
import { OperatorModal } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { RELEASE_FIELD, typedNumber } from '../src/messages/replies/release.js';

/** The number that ends onboarding. */
export class EndOnboardingModal extends OperatorModal<'end-onboarding'> {
	protected readonly action = 'end-onboarding';

	protected async handle(interaction: ModalSubmitInteraction, action: ActionOf<'end-onboarding'>) {
		return endOnboarding(interaction, action, typedNumber(interaction.fields.getTextInputValue(RELEASE_FIELD)));
	}
}
