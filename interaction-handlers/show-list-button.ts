import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { peopleListReply } from '../src/messages/replies/people-list.js';

/** Shows privately whom a report counts. */
export class ShowListButton extends OperatorButton<'show-list'> {
	protected readonly action = 'show-list';

	protected async handle(interaction: ButtonInteraction, { list }: ActionOf<'show-list'>) {
		const { runs, settings } = this.container.reeve.services;
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		return interaction.editReply(peopleListReply(await runs.list(list), 0, settings.stripeMode));
	}
}
