import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { explanationReply } from '../src/messages/replies/explain/message.js';

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
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const explanation = await reeve.explainIssue(issueId);
		await interaction.editReply(
			explanation === null
				? 'Reeve does not know this issue any more. Use `/reconcile why` and name the person.'
				: explanationReply(explanation, explanation.discordId)
		);
	}
}
