import { MessageFlags, type ModalSubmitInteraction } from 'discord.js';
import { linkTypedCustomer } from '../src/interactions/link-customer.js';
import { OperatorModal } from '../src/interactions/operator-handler.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { LINK_CUSTOMER } from '../src/messages/replies/links.js';

/** The modal of **Link…**: links the member, or lists the customers to pick from. */
export class AskLinkMemberModal extends OperatorModal<'ask-link-member'> {
	protected readonly action = 'ask-link-member';

	protected async handle(interaction: ModalSubmitInteraction, { discordId }: ActionOf<'ask-link-member'>) {
		await interaction.deferReply({ flags: MessageFlags.Ephemeral });
		const name = await this.container.reeve.services.members.nameOf(discordId);
		return linkTypedCustomer(interaction, { discordId, name }, interaction.fields.getTextInputValue(LINK_CUSTOMER).trim());
	}
}
