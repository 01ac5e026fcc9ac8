import type { ChannelSelectMenuInteraction } from 'discord.js';
import { OperatorMenu } from '../src/interactions/operator-handler.js';
import { showSetup } from '../src/interactions/show-setup.js';

/** Menu of the setup: the admin channel. */
export class SetupChannelMenu extends OperatorMenu<'setup-channel', ChannelSelectMenuInteraction> {
	protected readonly action = 'setup-channel';

	protected async handle(interaction: ChannelSelectMenuInteraction) {
		await interaction.deferUpdate();
		const answer = await this.container.reeve.services.setup.chooseChannel(interaction.values[0] ?? '', interaction.user.id);
		return showSetup(interaction, { step: 'channel', answer });
	}
}
