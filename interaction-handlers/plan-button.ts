import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { showBulkPlan } from '../src/interactions/show-bulk-plan.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** **Look at the plan…** on a hold: shows the plan. */
export class PlanButton extends OperatorButton<'plan'> {
	protected readonly action = 'plan';

	protected async handle(interaction: ButtonInteraction, { scope }: ActionOf<'plan'>) {
		return showBulkPlan(interaction, scope);
	}
}
