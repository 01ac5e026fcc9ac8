import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { parseAction } from '../src/messages/custom-id.js';
import { bulkPlanMessage, nothingToFixReply } from '../src/messages/replies/bulk.js';
import type { BulkScope } from '../src/reconciliation/index.js';

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
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const plan = await reeve.planBulk(scope, interaction.user.id);
		return interaction.editReply(plan === null ? nothingToFixReply(scope) : bulkPlanMessage(plan));
	}
}
