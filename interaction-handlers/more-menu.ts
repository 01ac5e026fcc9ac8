import type { StringSelectMenuInteraction } from 'discord.js';
import { explainIssue } from '../src/interactions/explain-issue.js';
import { OperatorMenu } from '../src/interactions/operator-handler.js';
import { undoFix } from '../src/interactions/undo-fix.js';
import { parseCustomId } from '../src/messages/custom-id.js';
import { ignoreModal } from '../src/messages/replies/exemptions.js';
import { askLinkModal } from '../src/messages/replies/links.js';

/** The menu of a report: what else can be done with an issue. An option's value is the ID of the button that would do the same. */
export class MoreMenu extends OperatorMenu<'more'> {
	protected readonly action = 'more';

	protected async handle(interaction: StringSelectMenuInteraction) {
		const picked = parseCustomId(interaction.values[0] ?? '');
		switch (picked?.action) {
			case 'why':
				return explainIssue(interaction, picked.issueId);
			case 'ignore':
				return interaction.showModal(ignoreModal(picked));
			case 'ask-link-member':
				return interaction.showModal(askLinkModal(picked));
			case 'undo':
				return undoFix(interaction, picked.attemptId);
			default:
				return interaction.deferUpdate();
		}
	}
}
