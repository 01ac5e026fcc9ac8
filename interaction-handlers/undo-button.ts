import { InteractionHandler, InteractionHandlerTypes } from '@sapphire/framework';
import type { APIActionRowComponent, APIButtonComponent, ButtonInteraction } from 'discord.js';
import { operatorDenial } from '../src/discord/operators.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { type ActionOf, parseAction, positionAmong } from '../src/messages/custom-id.js';
import { isUndone, undoAnnouncement, undoReply } from '../src/messages/replies/undo.js';
import { withoutButton } from '../src/messages/report/buttons.js';
import { reportPage } from '../src/messages/report/page.js';

/** **Undo** on a fix, in a report or below the line that told of it. */
export class UndoButtonHandler extends InteractionHandler {
	public constructor(context: InteractionHandler.LoaderContext, options: InteractionHandler.Options) {
		super(context, { ...options, interactionHandlerType: InteractionHandlerTypes.Button });
	}

	public override parse(interaction: ButtonInteraction) {
		const action = parseAction(interaction.customId, 'undo');
		return action === null ? this.none() : this.some(action);
	}

	public async run(interaction: ButtonInteraction, { attemptId }: ActionOf<'undo'>) {
		const { reeve } = this.container;
		const denied = operatorDenial(interaction, reeve.operators);
		if (denied !== null) return replyEphemeral(interaction, denied);
		await interaction.deferUpdate();
		const { id: actor, username: actorName } = interaction.user;
		const result = await reeve.undo({ attemptId, actor, actorName });
		const said = undoAnnouncement(result, actor);
		if (said !== null) await reeve.announce({ content: said });
		const rows = interaction.message.components.map((row) => row.toJSON() as APIActionRowComponent<APIButtonComponent>);
		const place = positionAmong(
			rows.flatMap(({ components }) => components.flatMap((each) => ('custom_id' in each ? each.custom_id : [])))
		);
		const report = place === null ? null : await reeve.report(place.runId);
		if (report !== null && place !== null) await interaction.editReply(reportPage(report, place.page));
		else if (isUndone(result)) await interaction.editReply({ components: withoutButton(rows, interaction.customId) });
		return replyEphemeral(interaction, undoReply(result));
	}
}
