import { container } from '@sapphire/framework';
import type { CommandInteraction, MessageComponentInteraction } from 'discord.js';
import { tryEditReply } from '../discord/replies.js';
import { createProgressReply } from '../messages/replies/progress-reply.js';
import { suggestReply } from '../messages/replies/suggest.js';

/** Shows a page of the suggested links in place of what the reply shows. The interaction must be deferred. */
export async function showSuggestions(
	interaction: CommandInteraction | MessageComponentInteraction,
	{ page, reread }: { readonly page: number; readonly reread: boolean }
): Promise<void> {
	const progress = createProgressReply((content) => interaction.editReply({ content, embeds: [], components: [] }));
	const { members } = container.reeve.services;
	const result = await members.suggestLinks({ reread, onProgress: progress.show }).finally(() => progress.finish());
	return tryEditReply(interaction, suggestReply(result, page));
}
