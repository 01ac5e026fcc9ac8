import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { releaseModal } from '../src/messages/replies/release.js';

/** **Release the hold…**: asks for the number of people who lose a role. */
export class ReleaseButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'release');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, action: ActionOf<'release'>) {
		const denied = operatorDenial(interaction, this.container.reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		return interaction.showModal(releaseModal(action));
	}
}
