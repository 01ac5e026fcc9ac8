import type { ButtonInteraction } from 'discord.js';
import { acceptRules } from '../src/interactions/accept-rules.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { acceptRulesModal } from '../src/messages/replies/release.js';

/** **Accept the new rules…**: asks for the number of people who lose access or move down, unless there are none. */
export class AcceptRulesButton extends OperatorButton<'accept-rules'> {
	protected readonly action = 'accept-rules';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'accept-rules'>) {
		return action.losing === 0 ? acceptRules(interaction, action, 0) : interaction.showModal(acceptRulesModal(action));
	}
}
