import { container } from '@sapphire/framework';
import type { ButtonInteraction } from 'discord.js';
import { fixReply, type Subject } from '../messages/replies/outcome.js';
import type { ListedIssue } from '../reconciliation/fixes/bulk-plan.js';
import { actorOf } from './actor.js';

/**
 * Applies the plan of an issue that a report shows. The interaction must be acknowledged already.
 * @param issue - as it was open before; null if it was not
 * @returns the reply
 */
export async function applyReportFix(
	interaction: ButtonInteraction,
	{ runId, issueId, planHash }: { readonly runId: string; readonly issueId: string; readonly planHash: string },
	issue: ListedIssue | null
): Promise<string> {
	const { fixes, members, reports } = container.reeve.services;
	const result = await fixes.apply({ issueId, planHash, runId, ...actorOf(interaction) });
	// A newer report may show the issue too.
	if (issue !== null && issue.lastRunId !== runId) await reports.refresh(issue.lastRunId);
	const subject: Subject = issue ?? (await members.subjectOf(issueId));
	return fixReply(result, subject);
}
