import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { UNTIL_EXAMPLES } from '../src/reconciliation/until.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { ignoreModal } from '../src/report/exemptions.js';

/** **Ignore…** on an issue of a report: asks why, and until when. */
export class IgnoreButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'ignore');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, action: ActionOf<'ignore'>) {
		const denied = whyNotOperator(interaction, this.container.reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		return interaction.showModal(ignoreModal(action, UNTIL_EXAMPLES));
	}
}
