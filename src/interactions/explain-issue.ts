import { container } from '@sapphire/framework';
import { type MessageComponentInteraction, MessageFlags } from 'discord.js';
import { editWithExplanation } from './show-explanation.js';

const UNKNOWN_ISSUE = 'This issue is not in the database any more. Use `/reconcile why` with the member instead.';

/** Explains the member of an issue to the operator alone. */
export async function explainIssue(interaction: MessageComponentInteraction, issueId: string): Promise<void> {
	await interaction.deferReply({ flags: MessageFlags.Ephemeral });
	const explanation = await container.reeve.services.members.explainIssue(issueId);
	if (explanation === null) await interaction.editReply(UNKNOWN_ISSUE);
	else await editWithExplanation(interaction, explanation, { name: explanation.discordId });
}
