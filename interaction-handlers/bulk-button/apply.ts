import { container } from '@sapphire/framework';
import type { ButtonInteraction, ModalSubmitInteraction } from 'discord.js';
import { tryEditReply } from '../../src/discord/replies.js';
import { bulkReply } from '../../src/messages/replies/bulk.js';
import { createProgressReply } from '../../src/messages/replies/progress-reply.js';
import type { BulkOrder } from '../../src/reconciliation/index.js';

/** Applies a bulk plan that was shown, in the message that showed it. The interaction has been acknowledged. */
export async function applyBulk(
	interaction: ButtonInteraction | ModalSubmitInteraction,
	shown: Pick<BulkOrder, 'scope' | 'planHash'>,
	mode: BulkOrder['mode']
): Promise<void> {
	const { reeve } = container;
	const progress = createProgressReply((content) => interaction.editReply({ content, embeds: [], components: [] }));
	const result = await reeve
		.fixBulk({
			scope: shown.scope,
			planHash: shown.planHash,
			mode,
			actor: interaction.user.id,
			actorName: interaction.user.username,
			onProgress: (done, total) => progress.show({ source: 'fix', done, total, finished: done === total })
		})
		.finally(() => progress.finish());
	// A bulk fix may outlast the 15 minutes of the interaction: the line in the channel tells of it all the same.
	await tryEditReply(interaction, bulkReply(result, shown.scope));
	if (result.kind === 'done')
		await Promise.all([...new Set(result.plan.issues.map(({ lastRunId }) => lastRunId))].map(reeve.refreshReport));
}
