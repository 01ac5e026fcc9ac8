import { container } from '@sapphire/framework';
import type { ButtonInteraction, ModalSubmitInteraction } from 'discord.js';
import { tryEditReply } from '../discord/replies.js';
import { bulkReply } from '../messages/replies/bulk.js';
import { createProgressReply } from '../messages/replies/progress-reply.js';
import type { BulkOrder } from '../reconciliation/fixes/bulk.js';
import { actorOf } from './actor.js';

/** Applies a bulk plan in the message that showed it. The interaction must be acknowledged already. */
export async function applyBulk(
	interaction: ButtonInteraction | ModalSubmitInteraction,
	{ scope, planHash }: Pick<BulkOrder, 'scope' | 'planHash'>,
	mode: BulkOrder['mode']
): Promise<void> {
	const { fixes, reports } = container.reeve;
	const progress = createProgressReply((content) => interaction.editReply({ content, embeds: [], components: [] }));
	const result = await fixes
		.applyBulk({
			scope,
			planHash,
			mode,
			...actorOf(interaction),
			onProgress: (done, total) => progress.show({ source: 'fix', done, total, finished: done === total })
		})
		.finally(() => progress.finish());
	// A bulk fix may outlast the interaction's 15 minutes; the progress message in the channel shows the result too.
	await tryEditReply(interaction, bulkReply(result, scope));
	if (result.kind === 'done') await Promise.all([...new Set(result.plan.issues.map(({ lastRunId }) => lastRunId))].map(reports.refresh));
}
