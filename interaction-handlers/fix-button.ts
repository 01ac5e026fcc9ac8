import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction } from '../src/messages/custom-id.js';
import { fixReply } from '../src/messages/replies/outcome.js';
import { reportPage } from '../src/messages/report/page.js';

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
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const result = await reeve.fix({ issueId, planHash, runId, actor: interaction.user.id, actorName: interaction.user.username });
		const report = await reeve.report(runId);
		if (report !== null) await interaction.editReply(reportPage(report, page));
		const subject = report?.result.issues.find((issue) => issue.id === issueId) ?? null;
		return replyEphemeral(interaction, fixReply(result, subject));
	}
}
