import type { ButtonInteraction } from 'discord.js';
import { endOnboarding } from '../src/interactions/end-onboarding.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { endOnboardingModal } from '../src/messages/replies/release.js';

/** **These people are known: report them…**: asks for the number of people who lose access or move down, unless there are none. */
export class EndOnboardingButton extends OperatorButton<'end-onboarding'> {
	protected readonly action = 'end-onboarding';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'end-onboarding'>) {
		return action.losing === 0 ? endOnboarding(interaction, action, 0) : interaction.showModal(endOnboardingModal(action));
	}
}
