import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ModalSubmitInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { RELEASE_FIELD, typedNumber } from '../src/messages/replies/release.js';
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
		const denied = operatorDenial(interaction, this.container.reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		return applyBulk(interaction, action, { confirmedRevocations: typedNumber(interaction.fields.getTextInputValue(RELEASE_FIELD)) });
	}
}
