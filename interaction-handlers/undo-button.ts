import type { APIActionRowComponent, APIButtonComponent, ButtonInteraction } from 'discord.js';
import { replyEphemeral } from '../src/discord/replies.js';
import { OperatorButton } from '../src/interactions/operator-handler.js';
import { type ActionOf, positionAmong } from '../src/messages/custom-id.js';
import { isUndone, undoAnnouncement, undoReply } from '../src/messages/replies/undo.js';
import { withoutButton } from '../src/messages/report/buttons.js';
import { reportPage } from '../src/messages/report/page.js';

/** **Undo** on a fix, in a report or below its announcement. */
export class UndoButton extends OperatorButton<'undo'> {
	protected readonly action = 'undo';

	protected async handle(interaction: ButtonInteraction, { attemptId }: ActionOf<'undo'>) {
		const { fixes, reports } = this.container.reeve;
		await interaction.deferUpdate();
		const { id: actor, username: actorName } = interaction.user;
		const result = await fixes.undo({ attemptId, actor, actorName });
		const announcement = undoAnnouncement(result, actor);
		if (announcement !== null) await reports.announce({ content: announcement });
		const rows = interaction.message.components.map((row) => row.toJSON() as APIActionRowComponent<APIButtonComponent>);
		const ids = rows.flatMap(({ components }) => components.flatMap((button) => ('custom_id' in button ? button.custom_id : [])));
		const position = positionAmong(ids);
		const report = position === null ? null : await reports.view(position.runId);
		if (report !== null && position !== null) await interaction.editReply(reportPage(report, position.page));
		else if (isUndone(result)) await interaction.editReply({ components: withoutButton(rows, interaction.customId) });
		return replyEphemeral(interaction, undoReply(result));
	}
}
