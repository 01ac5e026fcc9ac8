import { container } from '@sapphire/framework';
import {
	type APIActionRowComponent,
	type APIComponentInMessageActionRow,
	type MessageComponentInteraction,
	MessageFlags,
	type ModalSubmitInteraction
} from 'discord.js';
import { tryEditReply } from '../discord/replies.js';
import { explainedAmong, positionAmong } from '../messages/custom-id.js';
import { withoutButton } from '../messages/report/buttons.js';
import { reportPage } from '../messages/report/page.js';
import type { ReportView } from '../messages/report/view.js';
import { showExplanation } from './show-explanation.js';

type FromMessage = MessageComponentInteraction | ModalSubmitInteraction;

/** Whether an interaction comes from a private copy of a report, or another message that one operator alone sees. */
export function isFromCopy({ message }: FromMessage): boolean {
	return message?.flags.has(MessageFlags.Ephemeral) ?? false;
}

/**
 * Redraws the report that an interaction comes from, on its page; a private copy with the shared report. The interaction must be
 * deferred as an update.
 * @returns the report; null if its list is no longer stored
 */
export async function redrawReport(interaction: FromMessage, runId: string, page: number): Promise<ReportView | null> {
	const { reports } = container.reeve.services;
	const view = await reports.view(runId);
	const isCopy = isFromCopy(interaction);
	if (view !== null) await tryEditReply(interaction, reportPage(view, page, isCopy));
	if (isCopy) await reports.refresh(runId);
	return view;
}

/**
 * Redraws the message of a component that was used: a report on the page it shows, an explanation with what is right now, any other
 * message without the button.
 * @param buttonIsSpent - whether the button can no longer be used
 */
export async function redrawMessage(interaction: MessageComponentInteraction, buttonIsSpent: boolean): Promise<void> {
	const rows = interaction.message.components.map((row) => row.toJSON() as APIActionRowComponent<APIComponentInMessageActionRow>);
	const ids = rows.flatMap(({ components }) => components.flatMap((component) => ('custom_id' in component ? component.custom_id : [])));
	const discordId = explainedAmong(ids);
	if (discordId !== null) return showExplanation(interaction, discordId);
	const position = positionAmong(ids);
	const report = position === null ? null : await redrawReport(interaction, position.runId, position.page);
	if (report === null && buttonIsSpent) await interaction.editReply({ components: withoutButton(rows, interaction.customId) });
}
