import type { ButtonInteraction } from 'discord.js';
import { applyFix } from '../src/interactions/apply-fix.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** **Apply fix** below the plan of one issue, outside of a report. */
export class FixOneButton extends OperatorButton<'fix-one'> {
	protected readonly action = 'fix-one';

	protected async handle(interaction: ButtonInteraction, action: ActionOf<'fix-one'>) {
		await interaction.deferUpdate();
		return applyFix(interaction, action);
	}
}
