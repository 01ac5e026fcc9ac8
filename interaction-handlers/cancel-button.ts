import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { cancelledReply } from '../src/messages/replies/bulk.js';

/** **Cancel** below the plan of a bulk fix. */
export class CancelButton extends OperatorButton<'cancel'> {
	protected readonly action = 'cancel';

	protected async handle(interaction: ButtonInteraction) {
		return interaction.update(cancelledReply());
	}
}
