import { container } from '@sapphire/framework';
import type { ButtonInteraction, ChatInputCommandInteraction } from 'discord.js';
import { tryEditReply } from '../../src/discord/replies.js';
import { singlePlanMessage } from '../../src/messages/replies/bulk.js';
import { fixAnnouncement, fixReply } from '../../src/messages/replies/outcome.js';

/** Applies the plan of one issue that was shown, and says so in the answer and in the channel. The interaction has been acknowledged. */
export async function applyFix(
	interaction: ButtonInteraction | ChatInputCommandInteraction,
	{ issueId, planHash }: { readonly issueId: string; readonly planHash: string }
): Promise<void> {
	const { reeve } = container;
	const issue = (await reeve.openIssues()).find(({ id }) => id === issueId) ?? null;
	const { id: actor, username: actorName } = interaction.user;
	const result = await reeve.fix({ issueId, planHash, runId: issue?.lastRunId ?? '', actor, actorName });
	const renewed = (await reeve.openIssues()).find(({ id, planHash: now }) => id === issueId && now !== planHash);
	const answer = { content: fixReply(result, issue), embeds: [], components: renewed ? singlePlanMessage(renewed).components : [] };
	await tryEditReply(interaction, answer);
	const line = fixAnnouncement(result, actor);
	if (line !== null) await reeve.announce(line);
	if (issue !== null) await reeve.refreshReport(issue.lastRunId);
}
