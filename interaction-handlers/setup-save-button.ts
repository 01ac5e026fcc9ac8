import type { ButtonInteraction } from 'discord.js';
import { tryEditReply } from '../src/discord/replies.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { savedReply, setupAnnouncement } from '../src/messages/replies/setup/outcome.js';

/** **Save these settings** of the setup. */
export class SetupSaveButton extends OperatorButton<'setup-save'> {
	protected readonly action = 'setup-save';

	protected async handle(interaction: ButtonInteraction, { shownHash }: ActionOf<'setup-save'>) {
		await interaction.deferUpdate();
		const { reeve } = this.container;
		const actor = interaction.user.id;
		const result = await reeve.services.setup.save(shownHash, actor);
		await tryEditReply(interaction, { content: savedReply(result), embeds: [], components: [] });
		// The services are new: the announcement goes to the channel that was just chosen.
		if (result.kind === 'saved' && result.changed.length > 0)
			await reeve.services.reports.announce({ content: setupAnnouncement(actor, result.changed) });
	}
}
