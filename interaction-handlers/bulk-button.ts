import type { ButtonInteraction } from 'discord.js';
import { applyBulk } from '../src/interactions/apply-bulk.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** **Grant and tidy**, **Move down** and **Remove access** below the plan of a bulk fix. */
export class BulkButton extends OperatorButton<'bulk'> {
	protected readonly action = 'bulk';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'bulk'>) {
		await interaction.deferUpdate();
		return applyBulk(interaction, action, null);
	}
}
