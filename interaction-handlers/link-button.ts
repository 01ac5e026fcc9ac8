import type { ButtonInteraction } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { linkAnnouncement, linkReply } from '../src/messages/replies/links.js';

/** **Link anyway**, for a customer whose metadata names other members. */
export class LinkButton extends OperatorButton<'link'> {
	protected readonly action = 'link';

	protected async handle(interaction: ButtonInteraction, { discordId, customerId, shownHash }: ActionOf<'link'>) {
		const { members, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const member = { discordId, name: await members.nameOf(discordId) };
		const actor = interaction.user.id;
		const result = await members.link({ discordId, customerId, actor, confirmed: shownHash });
		await interaction.editReply(linkReply(result, member, customerId));
		if (result.kind === 'linked') await reports.announce({ content: linkAnnouncement(result, member, customerId, actor) });
	}
}
