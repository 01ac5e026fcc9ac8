import type { ModalSubmitInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { OperatorModal } from '../src/interactions/operator-handler.js';
import { showExplanation } from '../src/interactions/show-explanation.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { readEndDate } from '../src/messages/replies/end-date.js';
import { exemptedAnnouncement, exemptedReply, IGNORE_REASON, IGNORE_UNTIL, NO_REASON } from '../src/messages/replies/exemptions.js';

/** The modal of **Ignore…** below an explanation: exempts the member. */
export class ExemptModal extends OperatorModal<'exempt'> {
	protected readonly action = 'exempt';

	protected async handle(interaction: ModalSubmitInteraction, { discordId }: ActionOf<'exempt'>) {
		const { members, reports, settings } = this.container.reeve.services;
		await interaction.deferUpdate();
		const reason = interaction.fields.getTextInputValue(IGNORE_REASON).trim();
		if (reason === '') return replyEphemeral(interaction, NO_REASON);
		const end = readEndDate(interaction.fields.getTextInputValue(IGNORE_UNTIL).trim(), settings, reason);
		if ('problem' in end) return replyEphemeral(interaction, end.problem);
		const exempted = await members.exempt({ discordId, reason, until: end.until, actor: interaction.user.id });
		await showExplanation(interaction, discordId);
		await replyEphemeral(interaction, exemptedReply(exempted));
		await reports.announce({ content: exemptedAnnouncement(exempted) });
		if (exempted.settledIn !== null) await reports.refresh(exempted.settledIn);
	}
}
