import type { ModalSubmitInteraction } from 'discord.js';
import { acceptRules } from '../src/interactions/accept-rules.js';
import { OperatorModal } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { RELEASE_FIELD, typedNumber } from '../src/messages/replies/release.js';

/** The number that accepts new rules. */
export class AcceptRulesModal extends OperatorModal<'accept-rules'> {
	protected readonly action = 'accept-rules';

	protected async handle(interaction: ModalSubmitInteraction, action: ActionOf<'accept-rules'>) {
		return acceptRules(interaction, action, typedNumber(interaction.fields.getTextInputValue(RELEASE_FIELD)));
	}
}
