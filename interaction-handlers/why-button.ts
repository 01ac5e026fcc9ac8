import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { explanationReply } from '../src/messages/replies/explain/message.js';

const UNKNOWN_ISSUE = 'This issue is not in the database any more. Use `/reconcile why` with the member instead.';

/** **Why?** on an issue of a report: explains its member. */
export class WhyButton extends OperatorButton<'why'> {
	protected readonly action = 'why';

	protected async handle(interaction: ButtonInteraction, { issueId }: ActionOf<'why'>) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const explanation = await this.container.reeve.services.members.explainIssue(issueId);
		return interaction.editReply(explanation === null ? UNKNOWN_ISSUE : explanationReply(explanation, explanation.discordId));
	}
}
