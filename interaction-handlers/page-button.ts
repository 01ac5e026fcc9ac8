import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { answerPrivately } from '../src/discord/answer.js';
import { whyNotOperator } from '../src/discord/operators.js';
import { type ActionOf, parseAction } from '../src/report/custom-id.js';
import { reportPage } from '../src/report/page.js';

/** Turns the pages of a report. */
export class PageButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'page');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { runId, page }: ActionOf<'page'>) {
		const { reeve } = this.container;
		const denied = whyNotOperator(interaction, reeve.operators);
		if (denied !== null) return answerPrivately(interaction, denied);
		await interaction.deferUpdate();
		const report = await reeve.report(runId);
		if (report === null)
			return answerPrivately(interaction, 'This report is not in the database any more. Run `/reconcile run` for a new one.');
		await interaction.editReply(reportPage(report, page));
	}
}
