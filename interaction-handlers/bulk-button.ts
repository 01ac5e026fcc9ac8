import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { applyBulk } from './bulk-button/apply.js';

/** **Fix all** and **Only give** under the plan of a bulk fix. */
export class BulkButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'bulk');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, action: ActionOf<'bulk'>) {
		const denied = operatorDenial(interaction, this.container.reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		return applyBulk(interaction, action, action.mode);
	}
}
