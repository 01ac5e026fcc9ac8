import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import type { BulkScope } from '../src/reconciliation/index.js';
import { bulkPlanMessage, nothingToFix } from '../src/report/bulk.js';
import { parseAction } from '../src/report/custom-id.js';

/** **Fix all…** on a report, and **Look at the plan…** on a hold: shows what would be done, and asks. */
export class FixAllButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const { customId } = interaction;
		const scope = parseAction(customId, 'fix-all') === null ? parseAction(customId, 'plan')?.scope : 'all';
		return scope === undefined ? this.none() : this.some(scope);
	}

	public async run(interaction: ButtonInteraction, scope: BulkScope) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const plan = await reeve.planBulk(scope, interaction.user.id);
		return interaction.editReply(plan === null ? nothingToFix(scope) : bulkPlanMessage(plan));
	}
}
