import { container } from '@sapphire/framework';
import type { ButtonInteraction, ModalSubmitInteraction } from 'discord.js';
import { tryEditReply } from '../discord/replies.js';
import { bulkReply } from '../messages/replies/bulk.js';
import { createProgressReply } from '../messages/replies/progress-reply.js';
import type { BulkOrder } from '../reconciliation/fixes/bulk.js';
import { actorOf } from './actor.js';

/**
 * Applies a part of a bulk plan in the message that showed it. The interaction must be acknowledged already.
 * @param confirmed - the number that the operator typed to release a hold; null if none was asked for
 */
export async function applyBulk(
	interaction: ButtonInteraction | ModalSubmitInteraction,
	{ scope, part, planHash }: Pick<BulkOrder, 'scope' | 'part' | 'planHash'>,
	confirmed: number | null
): Promise<void> {
	const { fixes, reports } = container.reeve.services;
	const progress = createProgressReply((content) => interaction.editReply({ content, embeds: [], components: [], attachments: [] }));
	const result = await fixes
		.applyBulk({
			scope,
			part,
			planHash,
			confirmed,
			...actorOf(interaction),
			onProgress: (done, total) => progress.show({ source: 'fix', done, total, finished: done === total })
		})
		.finally(() => progress.finish());
	// A bulk fix may outlast the interaction's 15 minutes; the progress message in the channel shows the result too.
	await tryEditReply(interaction, bulkReply(result, scope));
	if (result.kind !== 'done') return;
	const { runId, issues } = result.plan;
	await Promise.all([...new Set([runId, ...issues.map(({ lastRunId }) => lastRunId)])].map(reports.refresh));
}
