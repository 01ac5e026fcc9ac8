import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { showBulkPlan } from '../src/interactions/show-bulk-plan.js';

/** **Fix all…** on a report: shows the plan. */
export class FixAllButton extends OperatorButton<'fix-all'> {
	protected readonly action = 'fix-all';

	protected async handle(interaction: ButtonInteraction) {
		return showBulkPlan(interaction, 'all');
	}
}
