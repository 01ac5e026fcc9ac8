import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { exemptionsMessage } from '../src/report/exemptions.js';

/** Turns the pages of the exemptions. */
export class ExemptionsButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'exemptions');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { page }: ActionOf<'exemptions'>) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		return interaction.editReply(await exemptionsMessage(await reeve.exemptions(), page, reeve.namesOf));
	}
}
