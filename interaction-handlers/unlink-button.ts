import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { unlinkAnnouncement, unlinkReply } from '../src/messages/replies/links.js';

/** **Unlink**, the confirmation of `/reconcile unlink`. */
export class UnlinkButton extends OperatorButton<'unlink'> {
	protected readonly action = 'unlink';

	protected async handle(interaction: ButtonInteraction, { discordId, shownHash }: ActionOf<'unlink'>) {
		const { members, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const member = { discordId, name: await members.nameOf(discordId) };
		const actor = interaction.user.id;
		const result = await members.unlink({ discordId, hash: shownHash, actor });
		await interaction.editReply(unlinkReply(result, member));
		if (result.kind === 'unlinked') await reports.announce({ content: unlinkAnnouncement(result, member, actor) });
	}
}
