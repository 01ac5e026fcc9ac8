import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { describeFix } from '../src/report/outcome.js';
import { reportPage } from '../src/report/page.js';

/** **Apply fix** on an issue of a report. */
export class FixButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'fix');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { runId, page, issueId, planHash }: ActionOf<'fix'>) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		const result = await reeve.fix({ issueId, planHash, runId, actor: interaction.user.id, actorName: interaction.user.username });
		const report = await reeve.report(runId);
		if (report !== null) await interaction.editReply(reportPage(report, page));
		const subject = report?.result.issues.find((issue) => issue.id === issueId) ?? null;
		return answerPrivately(interaction, describeFix(result, subject));
	}
}
