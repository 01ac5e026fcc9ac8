import { container } from '@sapphire/framework';
import type { APIActionRowComponent, APIButtonComponent, ButtonInteraction } from 'discord.js';
import { explainedAmong, positionAmong } from '../messages/custom-id.js';
import { withoutButton } from '../messages/report/buttons.js';
import { reportPage } from '../messages/report/page.js';
import { showExplanation } from './show-explanation.js';

/**
 * Redraws the message of a button that was used: a report on the page it shows, an explanation with what is right now, any other message
 * without the button.
 * @param buttonIsSpent - whether the button can no longer be used
 */
export async function redrawMessage(interaction: ButtonInteraction, buttonIsSpent: boolean): Promise<void> {
	const rows = interaction.message.components.map((row) => row.toJSON() as APIActionRowComponent<APIButtonComponent>);
	const ids = rows.flatMap(({ components }) => components.flatMap((button) => ('custom_id' in button ? button.custom_id : [])));
	const discordId = explainedAmong(ids);
	if (discordId !== null) return showExplanation(interaction, discordId);
	const position = positionAmong(ids);
	const report = position === null ? null : await container.reeve.services.reports.view(position.runId);
	if (report !== null && position !== null) await interaction.editReply(reportPage(report, position.page));
	else if (buttonIsSpent) await interaction.editReply({ components: withoutButton(rows, interaction.customId) });
}
