import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { askLinkModal } from '../src/messages/replies/links.js';

/** **Link…** below an explanation or in a report: asks which customer pays for the member. */
export class AskLinkMemberButton extends OperatorButton<'ask-link-member'> {
	protected readonly action = 'ask-link-member';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'ask-link-member'>) {
		return interaction.showModal(askLinkModal(action));
	}
}
