import { container } from '@sapphire/framework';
import type { ButtonInteraction, ChatInputCommandInteraction } from 'discord.js';
import { tryEditReply } from '../discord/replies.js';
import { singlePlanReply } from '../messages/replies/bulk.js';
import { fixAnnouncement, fixReply } from '../messages/replies/outcome.js';
import { actorOf } from './actor.js';

/** Applies the plan of one issue outside of a report, replies and announces it. The interaction must be acknowledged already. */
export async function applyFix(
	interaction: ButtonInteraction | ChatInputCommandInteraction,
	{ issueId, planHash }: { readonly issueId: string; readonly planHash: string }
): Promise<void> {
	const { fixes, reports } = container.reeve.services;
	const issue = await fixes.openIssue(issueId);
	const result = await fixes.apply({ issueId, planHash, runId: issue?.lastRunId ?? '', ...actorOf(interaction) });
	const now = await fixes.openIssue(issueId);
	const components = now !== null && now.planHash !== planHash ? singlePlanReply(now).components : [];
	await tryEditReply(interaction, { content: fixReply(result, issue), embeds: [], components });
	const announcement = fixAnnouncement(result, interaction.user.id);
	if (announcement !== null) await reports.announce(announcement);
	if (issue !== null) await reports.refresh(issue.lastRunId);
}
