import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { bulkPlanMessage, nothingToFix } from '../src/report/bulk.js';
import { parseAction } from '../src/report/custom-id.js';

/** **Fix all…** on a report: shows what it would do, and asks. */
export class FixAllButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		return parseAction(interaction.customId, 'fix-all') === null ? this.none() : this.some();
	}

	public async run(interaction: ButtonInteraction) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const plan = await reeve.planBulk('all');
		return interaction.editReply(plan === null ? nothingToFix('all') : bulkPlanMessage(plan));
	}
}
