import type { StringSelectMenuInteraction } from 'discord.js';
import { OperatorMenu } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { confirmUnlinkReply } from '../src/messages/replies/links.js';

/** Menu of `/reconcile unlink`: asks for confirmation. */
export class PickUnlinkMenu extends OperatorMenu<'pick-unlink'> {
	protected readonly action = 'pick-unlink';

	protected async handle(interaction: StringSelectMenuInteraction, { discordId }: ActionOf<'pick-unlink'>) {
		const { members } = this.container.reeve.services;
		await interaction.deferUpdate();
		const member = { discordId, name: await members.nameOf(discordId) };
		return interaction.editReply(confirmUnlinkReply(await members.links(discordId), interaction.values[0] ?? '', member));
	}
}
