import { type Client, ComponentType, DiscordAPIError, type Message, type MessageEditOptions, RESTJSONErrorCodes } from 'discord.js';
import type { StoredAlert } from '../../reconciliation/domain/alert.js';
import type { StoredHold } from '../../reconciliation/domain/hold.js';
import { positionAmong } from '../custom-id.js';
import { alertEmbed } from '../report/alert.js';
import { holdAnnouncement } from '../report/hold.js';
import { reportPage } from '../report/page.js';
import type { ReportView } from '../report/view.js';

interface MessageRef {
	readonly channelId: string;
	readonly messageId: string;
}

/** Redraws a report on the page that it shows. @throws Discord's error */
export async function redrawReport(client: Client, { channelId, messageId }: MessageRef, view: ReportView): Promise<void> {
	const channel = await client.channels.fetch(channelId);
	if (!channel?.isTextBased()) return;
	const message = await channel.messages.fetch(messageId);
	await message.edit(reportPage(view, shownPage(message)));
}

/** Closes a report that a newer one replaces, as {@link redrawHold} updates its message. @throws Discord's error */
export async function closeReport(client: Client, message: MessageRef, view: ReportView): Promise<void> {
	await editIfThere(client, message, reportPage(view, 0));
}

/** Updates the message that announced a hold. A message that an operator has deleted needs no update. @throws Discord's error */
export async function redrawHold(client: Client, hold: StoredHold): Promise<void> {
	if (hold.message !== null) await editIfThere(client, hold.message, holdAnnouncement(hold));
}

/** Updates the message of an alert, as {@link redrawHold} does. @throws Discord's error */
export async function redrawAlert(client: Client, alert: StoredAlert): Promise<void> {
	if (alert.message !== null) await editIfThere(client, alert.message, { embeds: [alertEmbed(alert)] });
}

async function editIfThere(client: Client, { channelId, messageId }: MessageRef, content: MessageEditOptions): Promise<void> {
	try {
		const channel = await client.channels.fetch(channelId);
		if (channel?.isTextBased()) await channel.messages.edit(messageId, { ...content, allowedMentions: { parse: [] } });
	} catch (error) {
		const gone: unknown[] = [RESTJSONErrorCodes.UnknownMessage, RESTJSONErrorCodes.UnknownChannel];
		if (!(error instanceof DiscordAPIError && gone.includes(error.code))) throw error;
	}
}

/** The page that a report shows, read from its components. */
function shownPage(message: Message): number {
	const rows = message.components.flatMap((row) => (row.type === ComponentType.ActionRow ? row.components : []));
	return positionAmong(rows.flatMap(({ customId }) => customId ?? []))?.page ?? 0;
}
