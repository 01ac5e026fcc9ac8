import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { StringSelectMenuInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { endedLine, endedMessage, exemptionsMessage } from '../src/report/exemptions.js';

/** **End an exemption…** in the list of exemptions. */
export class EndExemptionMenuHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.SelectMenu });
	}

	public override parse(interaction: StringSelectMenuInteraction) {
		const action = parseAction(interaction.customId, 'end-exemption');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: StringSelectMenuInteraction, { page }: ActionOf<'end-exemption'>) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		const ended = await reeve.endExemption({ id: interaction.values[0] ?? '', actor: interaction.user.id });
		await interaction.editReply(await exemptionsMessage(await reeve.exemptions(), page, reeve.namesOf));
		await answerPrivately(interaction, endedMessage(ended));
		if (ended !== null) await reeve.announce({ content: endedLine(interaction.user.id, ended) });
	}
}
