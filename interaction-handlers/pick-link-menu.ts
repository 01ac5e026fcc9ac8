import type { StringSelectMenuInteraction } from 'discord.js';
import { OperatorMenu } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { linkAnnouncement, linkReply } from '../src/messages/replies/links.js';

/** Menu of `/reconcile link`: the customer to link. */
export class PickLinkMenu extends OperatorMenu<'pick-link'> {
	protected readonly action = 'pick-link';

	protected async handle(interaction: StringSelectMenuInteraction, { discordId }: ActionOf<'pick-link'>) {
		const { members, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const member = { discordId, name: await members.nameOf(discordId) };
		const customerId = interaction.values[0] ?? '';
		const actor = interaction.user.id;
		const result = await members.link({ discordId, customerId, actor, confirmed: null });
		await interaction.editReply(linkReply(result, member, customerId));
		if (result.kind === 'linked') await reports.announce({ content: linkAnnouncement(result, member, customerId, actor) });
	}
}
