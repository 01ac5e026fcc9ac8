import { container } from '@sapphire/framework';
import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { bulkPlanReply, nothingToFixReply } from '../messages/replies/bulk.js';
import type { BulkScope } from '../reconciliation/domain/hold.js';

/** Shows an operator what a bulk fix would do, with buttons to apply it. */
export async function showBulkPlan(interaction: ButtonInteraction, scope: BulkScope): Promise<void> {
	await interaction.deferReply({ flags: MessageFlags.Ephemeral });
	const plan = await container.reeve.services.fixes.planBulk(scope);
	await interaction.editReply(plan === null ? nothingToFixReply(scope) : bulkPlanReply(plan));
}
