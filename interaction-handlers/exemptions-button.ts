import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { exemptionsReply } from '../src/messages/replies/exemptions.js';

/** Page buttons of the list of exemptions. */
export class ExemptionsButton extends OperatorButton<'exemptions'> {
	protected readonly action = 'exemptions';

	protected async handle(interaction: ButtonInteraction, { page }: ActionOf<'exemptions'>) {
		const { members } = this.container.reeve.services;
		await interaction.deferUpdate();
		return interaction.editReply(await exemptionsReply(await members.exemptions(), page, members.namesOf));
	}
}
