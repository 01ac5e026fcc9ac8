import { type ButtonInteraction, MessageFlags } from 'discord.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { redrawMessage } from '../src/interactions/redraw-message.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { linkAnnouncement, linkReply } from '../src/messages/replies/links.js';

/** **Accept** on a suggested link: links as `/reconcile link` does, and answers in a message of its own, so that the list stays. */
export class AcceptLinkButton extends OperatorButton<'accept-link'> {
	protected readonly action = 'accept-link';

	protected async handle(interaction: ButtonInteraction, { discordId, customerId }: ActionOf<'accept-link'>) {
		const { members, reports } = this.container.reeve.services;
		await interaction.deferUpdate();
		const member = { discordId, name: await members.nameOf(discordId) };
		const actor = interaction.user.id;
		const result = await members.link({ discordId, customerId, actor, confirmed: null });
		await interaction.followUp({ ...linkReply(result, member, customerId), flags: MessageFlags.Ephemeral });
		if (result.kind === 'linked') await reports.announce({ content: linkAnnouncement(result, member, customerId, actor) });
		await redrawMessage(interaction, result.kind === 'linked' || result.kind === 'already');
	}
}
