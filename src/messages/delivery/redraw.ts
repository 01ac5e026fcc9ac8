import { type Client, ComponentType, type Message } from 'discord.js';
import { parseAction } from '../custom-id.js';
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
