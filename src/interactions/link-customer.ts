import { container } from '@sapphire/framework';
import type { ChatInputCommandInteraction, ModalSubmitInteraction } from 'discord.js';
import { linkAnnouncement, linkReply, pickCustomerReply } from '../messages/replies/links.js';

/**
 * Links a member to the customer with this ID; anything else is searched for, and the operator picks. Replies and announces it. The
 * interaction must be deferred.
 * @param typed - a customer ID, an email address, or part of a name
 */
export async function linkTypedCustomer(
	interaction: ChatInputCommandInteraction | ModalSubmitInteraction,
	member: { readonly discordId: string; readonly name: string | null },
	typed: string
): Promise<void> {
	const { members, reports } = container.reeve.services;
	if (!members.looksLikeCustomerId(typed)) {
		await interaction.editReply(pickCustomerReply(await members.searchCustomers(typed), typed, member));
		return;
	}
	const actor = interaction.user.id;
	const result = await members.link({ discordId: member.discordId, customerId: typed, actor, confirmed: null });
	await interaction.editReply(linkReply(result, member, typed));
	if (result.kind === 'linked') await reports.announce({ content: linkAnnouncement(result, member, typed, actor) });
}
