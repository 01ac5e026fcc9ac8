import { type Client, ComponentType, DiscordAPIError, type Message, RESTJSONErrorCodes } from 'discord.js';
import type { StoredHold } from '../../reconciliation/domain/hold.js';
import { parseAction } from '../custom-id.js';
import { holdAnnouncement } from '../report/hold.js';
import { reportPage } from '../report/page.js';
import type { ReportView } from '../report/view.js';

/** Redraws a report on the page that it shows. @throws Discord's error */
export async function redrawReport(
	client: Client,
	{ channelId, messageId }: { readonly channelId: string; readonly messageId: string },
	view: ReportView
): Promise<void> {
	const channel = await client.channels.fetch(channelId);
	if (!channel?.isTextBased()) return;
	const message = await channel.messages.fetch(messageId);
	await message.edit(reportPage(view, shownPage(message)));
}

/** Updates the message that announced a hold. A message that an operator has deleted needs no update. @throws Discord's error */
export async function redrawHold(client: Client, hold: StoredHold): Promise<void> {
	if (hold.message === null) return;
	const { channelId, messageId } = hold.message;
	try {
		const channel = await client.channels.fetch(channelId);
		if (channel?.isTextBased()) await channel.messages.edit(messageId, { ...holdAnnouncement(hold), allowedMentions: { parse: [] } });
	} catch (error) {
		const gone: unknown[] = [RESTJSONErrorCodes.UnknownMessage, RESTJSONErrorCodes.UnknownChannel];
		if (!(error instanceof DiscordAPIError && gone.includes(error.code))) throw error;
	}
}

/** The page that a report shows, read from its buttons. */
function shownPage(message: Message): number {
	for (const row of message.components) {
		if (row.type !== ComponentType.ActionRow) continue;
		for (const { customId } of row.components) {
			const shown = customId === null ? null : parseAction(customId, 'fix');
			if (shown !== null) return shown.page;
		}
	}
	return 0;
}
