import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ModalSubmitInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { RELEASE_FIELD, typedNumber } from '../src/report/release.js';
import { applyBulk } from './bulk-button/apply.js';

/** The number that releases a hold, as it was typed. */
export class ReleaseModalHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.ModalSubmit });
	}

	public override parse(interaction: ModalSubmitInteraction) {
		const action = parseAction(interaction.customId, 'release');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ModalSubmitInteraction, action: ActionOf<'release'>) {
		const denied = whyNotOperator(interaction, this.container.reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		return applyBulk(interaction, action, typedNumber(interaction.fields.getTextInputValue(RELEASE_FIELD)));
	}
}
