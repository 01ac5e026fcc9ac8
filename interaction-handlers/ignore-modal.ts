import type { ModalSubmitInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { OperatorModal } from '../src/interactions/operator-handler.js';
import { redrawReport } from '../src/interactions/redraw-message.js';
import type { ActionOf } from '../src/messages/custom-id.js';
import { readEndDate } from '../src/messages/replies/end-date.js';
import {
	exemptedAnnouncement,
	exemptedReply,
	IGNORE_REASON,
	IGNORE_UNTIL,
	NO_REASON,
	notIgnoredReply
} from '../src/messages/replies/exemptions.js';

/** The modal of **Ignore…**: exempts the member of the issue. */
export class IgnoreModal extends OperatorModal<'ignore'> {
	protected readonly action = 'ignore';

	protected async handle(interaction: ModalSubmitInteraction, { runId, page, issueId }: ActionOf<'ignore'>) {
		const { members, reports, settings } = this.container.reeve.services;
		await interaction.deferUpdate();
		const reason = interaction.fields.getTextInputValue(IGNORE_REASON).trim();
		if (reason === '') return replyEphemeral(interaction, NO_REASON);
		const end = readEndDate(interaction.fields.getTextInputValue(IGNORE_UNTIL).trim(), settings, reason);
		if ('problem' in end) return replyEphemeral(interaction, end.problem);
		const subject = await members.subjectOf(issueId);
		if (subject === null || subject.settled) return replyEphemeral(interaction, notIgnoredReply(subject));
		const exempted = await members.exempt({ discordId: subject.discordId, reason, until: end.until, actor: interaction.user.id });
		await redrawReport(interaction, runId, page);
		await replyEphemeral(interaction, exemptedReply(exempted));
		return reports.announce({ content: exemptedAnnouncement(exempted) });
	}
}
