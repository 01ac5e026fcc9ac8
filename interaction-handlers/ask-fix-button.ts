import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { singlePlanReply } from '../src/messages/replies/bulk.js';
import { confirmFixMessage } from '../src/messages/replies/confirm-fix.js';

const SETTLED = 'Nothing was changed: this issue is not open any more. `/reconcile why` shows what is right now.';

/** **Apply fix** below an explanation, if the plan takes access: asks first. */
export class AskFixButton extends OperatorButton<'ask-fix'> {
	protected readonly action = 'ask-fix';

	protected async handle(interaction: ButtonInteraction, { issueId, planHash }: ActionOf<'ask-fix'>) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const issue = await this.container.reeve.services.fixes.openIssue(issueId);
		if (issue === null) return interaction.editReply(SETTLED);
		// Found anew since: the operator has not seen this plan.
		if (issue.planHash !== planHash) return interaction.editReply(singlePlanReply(issue));
		return interaction.editReply(confirmFixMessage(issue, { action: 'fix-one', issueId, planHash }, { action: 'cancel' }));
	}
}
