import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { applyFix } from './fix-one-button/apply.js';

/** **Apply fix** under the plan of one issue, outside of a report. */
export class FixOneButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'fix-one');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, action: ActionOf<'fix-one'>) {
		const denied = operatorDenial(interaction, this.container.reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		return applyFix(interaction, action);
	}
}
