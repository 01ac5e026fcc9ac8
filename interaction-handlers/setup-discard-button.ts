import type { ButtonInteraction } from 'discord.js';
import { tryEditReply } from '../src/discord/replies.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { DISCARDED } from '../src/messages/replies/setup/outcome.js';

/** **Drop my answers** of the setup. */
export class SetupDiscardButton extends OperatorButton<'setup-discard'> {
	protected readonly action = 'setup-discard';

	protected async handle(interaction: ButtonInteraction) {
		await interaction.deferUpdate();
		await this.container.reeve.services.setup.discard();
		return tryEditReply(interaction, { content: DISCARDED, embeds: [], components: [] });
	}
}
