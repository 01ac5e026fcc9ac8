import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { ignoreModal } from '../src/messages/replies/exemptions.js';
import { END_DATE_EXAMPLES } from '../src/reconciliation/schedule/parse-end-date.js';

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
		const denied = operatorDenial(interaction, this.container.reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		return interaction.showModal(ignoreModal(action, END_DATE_EXAMPLES));
	}
}
