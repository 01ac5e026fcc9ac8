import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ModalSubmitInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { parseUntil, UNTIL_EXAMPLES } from '../src/reconciliation/until.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { exemptedLine, exemptedMessage, IGNORE_REASON, IGNORE_UNTIL, NO_REASON, notIgnored } from '../src/report/exemptions.js';
import { reportPage } from '../src/report/page.js';
import { untilProblem } from '../src/report/schedule-words.js';

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
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		const reason = interaction.fields.getTextInputValue(IGNORE_REASON).trim();
		if (reason === '') return answerPrivately(interaction, NO_REASON);
		const typed = interaction.fields.getTextInputValue(IGNORE_UNTIL).trim();
		const until = typed === '' ? null : parseUntil(typed, new Date(), settings.RECONCILIATION_TIMEZONE);
		if (typeof until === 'string') return answerPrivately(interaction, untilProblem(until, typed, UNTIL_EXAMPLES, reason));
		const subject = await reeve.subjectOf(issueId);
		if (subject === null || subject.settled) return answerPrivately(interaction, notIgnored(subject));
		const exempted = await reeve.exempt({ discordId: subject.discordId, reason, until, actor: interaction.user.id });
		const report = await reeve.report(runId);
		if (report !== null) await interaction.editReply(reportPage(report, page));
		await answerPrivately(interaction, exemptedMessage(exempted));
		await reeve.announce({ content: exemptedLine(exempted) });
	}
}
