import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { releaseModal } from '../src/report/release.js';

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
		const denied = whyNotOperator(interaction, this.container.reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		return interaction.showModal(releaseModal(action));
	}
}
