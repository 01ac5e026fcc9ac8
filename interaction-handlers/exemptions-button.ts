import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { exemptionsReply } from '../src/messages/replies/exemptions.js';

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
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		return interaction.editReply(await exemptionsReply(await reeve.exemptions(), page, reeve.namesOf));
	}
}
