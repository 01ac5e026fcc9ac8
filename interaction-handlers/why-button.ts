import type { ButtonInteraction } from 'discord.js';
import { explainIssue } from '../src/interactions/explain-issue.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';

/** **Why?** on an issue of a report: explains its member. */
export class WhyButton extends OperatorButton<'why'> {
	protected readonly action = 'why';

	protected async handle(interaction: ButtonInteraction, { issueId }: ActionOf<'why'>) {
		return explainIssue(interaction, issueId);
	}
}
