import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { peopleListReply } from '../src/messages/replies/people-list.js';

/** Page buttons of a list of people. */
export class ListButton extends OperatorButton<'list'> {
	protected readonly action = 'list';

	protected async handle(interaction: ButtonInteraction, { list, page }: ActionOf<'list'>) {
		const { runs, settings } = this.container.reeve.services;
		await interaction.deferUpdate();
		return interaction.editReply(peopleListReply(await runs.list(list), page, settings.stripeMode));
	}
}
