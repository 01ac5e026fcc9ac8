import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { whyMessage } from '../src/report/why/message.js';

/** **Why?** on an issue of a report: explains the person it is about. */
export class WhyButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'why');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { issueId }: ActionOf<'why'>) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const explanation = await reeve.explainIssue(issueId);
		await interaction.editReply(
			explanation === null
				? 'Reeve does not know this issue any more. Use `/reconcile why` and name the person.'
				: whyMessage(explanation, explanation.discordId)
		);
	}
}
