import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ModalSubmitInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import {
	exemptedAnnouncement,
	exemptedReply,
	IGNORE_REASON,
	IGNORE_UNTIL,
	NO_REASON,
	notIgnoredReply
} from '../src/messages/replies/exemptions.js';
import { untilProblem } from '../src/messages/replies/schedule-messages.js';
import { reportPage } from '../src/messages/report/page.js';
import { END_DATE_EXAMPLES, parseEndDate } from '../src/reconciliation/schedule/parse-end-date.js';

/** What was typed after **Ignore…**: exempts the person of the issue. */
export class IgnoreModalHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.ModalSubmit });
	}

	public override parse(interaction: ModalSubmitInteraction) {
		const action = parseAction(interaction.customId, 'ignore');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ModalSubmitInteraction, { runId, page, issueId }: ActionOf<'ignore'>) {
		const { reeve, settings } = this.container;
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const reason = interaction.fields.getTextInputValue(IGNORE_REASON).trim();
		if (reason === '') return replyEphemeral(interaction, NO_REASON);
		const typed = interaction.fields.getTextInputValue(IGNORE_UNTIL).trim();
		const until = typed === '' ? null : parseEndDate(typed, new Date(), settings.RECONCILIATION_TIMEZONE);
		if (typeof until === 'string') return replyEphemeral(interaction, untilProblem(until, typed, END_DATE_EXAMPLES, reason));
		const subject = await reeve.subjectOf(issueId);
		if (subject === null || subject.settled) return replyEphemeral(interaction, notIgnoredReply(subject));
		const exempted = await reeve.exempt({ discordId: subject.discordId, reason, until, actor: interaction.user.id });
		const report = await reeve.report(runId);
		if (report !== null) await interaction.editReply(reportPage(report, page));
		await replyEphemeral(interaction, exemptedReply(exempted));
		await reeve.announce({ content: exemptedAnnouncement(exempted) });
	}
}
