import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { reportPage } from '../src/messages/report/page.js';

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
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const report = await reeve.report(runId);
		if (report === null)
			return replyEphemeral(interaction, 'This report is not in the database any more. Run `/reconcile run` for a new one.');
		await interaction.editReply(reportPage(report, page));
	}
}
